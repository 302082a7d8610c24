"""A stage process for tests: it hears a phrase, puts it into everything it makes, and may do a deed with it."""

import logging
import os
import signal
import sys
from functools import partial
from multiprocessing.connection import Connection

from pipeline.adapters.isolation.child import harden, serve
from pipeline.adapters.isolation.wire import receive_json
from pipeline.domain.artifact import StageOutput
from pipeline.ports import Inputs, StageFunction, StageResult, StageTask
from tests.chaos.phrase import PHRASE
from tests.stage_outputs import OUTPUTS


def build(deed: str) -> StageFunction:
    """Return the work that does this deed."""
    return partial(work, deed)


def work(deed: str, task: StageTask, inputs: Inputs) -> StageResult:
    """Hear, do the deed, and return outputs that say the phrase."""
    heard = [body.read() for body in inputs.values()]
    if deed == "raises":
        raise ValueError(PHRASE, heard)
    if deed in {"prints", "dies"}:
        sys.stdout.write(PHRASE)
        sys.stderr.write(PHRASE)
        logging.getLogger("whisperx").warning(PHRASE)
    if deed == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return StageResult(tuple(StageOutput(kind, PHRASE.encode() * 100) for kind in OUTPUTS[task.stage]))


def main() -> None:
    """Serve until the parent is gone."""
    harden()
    channel = Connection(int(sys.argv[1]))
    setup = receive_json(channel)
    serve(channel, partial(build, str(setup["deed"])))


if __name__ == "__main__":
    main()
