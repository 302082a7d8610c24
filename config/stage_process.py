"""The process that runs one stage's model: ``python -m config.stage_process FD``."""

import sys
from functools import partial
from multiprocessing.connection import Connection

from config.engines import build_stage_function
from config.settings import Settings
from pipeline.adapters.isolation.child import harden, serve
from pipeline.adapters.isolation.wire import receive_json
from pipeline.domain.session import Stage


def main() -> None:
    """Read which stage to serve and with what settings, then serve it until the parent is gone."""
    harden()
    channel = Connection(int(sys.argv[1]))
    setup = receive_json(channel)
    settings = Settings(**setup["settings"])
    serve(channel, partial(build_stage_function, Stage(setup["stage"]), settings))


if __name__ == "__main__":
    main()
