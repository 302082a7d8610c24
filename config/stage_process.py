"""The process that runs one stage's model: ``python -m config.stage_process STAGE FD``."""

import sys
from functools import partial
from multiprocessing.connection import Connection

from config.engines import build_stage_function
from config.settings import Settings
from pipeline.adapters.isolation.child import harden, serve
from pipeline.adapters.isolation.wire import receive_json
from pipeline.domain.session import Stage


def main() -> None:
    """Read the settings, then serve the stage until the parent is gone."""
    harden()
    stage, channel = Stage(sys.argv[1]), Connection(int(sys.argv[2]))
    settings = Settings(**receive_json(channel)["settings"])
    serve(channel, partial(build_stage_function, stage, settings))


if __name__ == "__main__":
    main()
