"""A stage process for tests: what it does with a task, the task's session id says."""

import os
import signal
import sys
import time
from functools import partial
from multiprocessing.connection import Connection

from pipeline.adapters.isolation.child import harden, serve
from pipeline.adapters.isolation.wire import receive_json
from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.errors import EngineUnavailableError, NoSpeechError
from pipeline.ports import Inputs, StageFacts, StageFunction, StageResult, StageTask


def build(setup: dict[str, str]) -> StageFunction:
    """Return the work, or fail as an engine without weights does."""
    if setup.get("broken"):
        raise EngineUnavailableError(engine="none")
    return work


def work(task: StageTask, inputs: Inputs) -> StageResult:
    """Do what the session id says."""
    deeds = {
        "raises-named": partial(_raise, NoSpeechError(session_id=task.session_id)),
        "raises-unplanned": partial(_raise, ValueError("heliotrope canary")),
        "dies-by-kill": partial(os.kill, os.getpid(), signal.SIGKILL),
        "sleeps-long": partial(time.sleep, 60),
    }
    deeds.get(task.session_id, lambda: None)()
    bodies = {kind: body.read() for kind, body in inputs.items()}
    joined = b"+".join(bodies[kind] for kind in inputs)
    environment = ",".join(sorted(os.environ)).encode()
    outputs = (StageOutput(ArtifactKind.DRAFT, joined), StageOutput(ArtifactKind.VERDICTS, environment))
    return StageResult(outputs, StageFacts(counts=(("bytes", len(joined)),), audio_seconds=float(os.getpid())))


def _raise(error: Exception) -> None:
    raise error


def main() -> None:
    """Serve until the parent is gone."""
    harden()
    channel = Connection(int(sys.argv[1]))
    serve(channel, partial(build, receive_json(channel)))


if __name__ == "__main__":
    main()
