"""Stage work without models: it makes what is expected of a stage out of what it was given, in a set time."""

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.domain.session import Stage
from pipeline.errors import StageCrashedError
from pipeline.ports import Inputs, StageFacts, StageResult, StageTask
from tests.stage_outputs import OUTPUTS

#: More than one buffer of the encrypting reader, so that a write has a middle.
_SIZE = 600_000
#: A recording that begins like this kills the model's process, every time.
POISON = b"poison"


@dataclass
class ScriptedStage:
    """Makes outputs that can be told from their inputs; stopping it looks like a crash, as with a model's process."""

    takes: timedelta = timedelta(0)
    size: int = _SIZE
    runs: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Do nothing: there is no process."""

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Read the inputs, take the time, return the outputs."""
        self.runs += 1
        self._stopped.clear()
        bodies = {kind: body.read() for kind, body in inputs.items()}
        if any(body.startswith(POISON) for body in bodies.values()):
            raise StageCrashedError(session_id=task.session_id, stage=task.stage)
        if self._stopped.wait(self.takes.total_seconds()):
            raise StageCrashedError(session_id=task.session_id, stage=task.stage)
        outputs = tuple(
            StageOutput(kind, expected(kind, bodies[next(iter(bodies))], self.size)) for kind in OUTPUTS[task.stage]
        )
        seconds = 60.0 if task.stage is Stage.TRANSCRIBE else None
        return StageResult(outputs, StageFacts(audio_seconds=seconds))

    def stop(self) -> None:
        """Stop the work in progress."""
        self._stopped.set()

    def close(self) -> None:
        """Stop for good."""
        self.stop()


def expected(kind: ArtifactKind, first_input: bytes, size: int = _SIZE) -> bytes:
    """Return what a stage makes of its first input: as many bytes as asked for, told by a digest."""
    digest = hashlib.sha256(kind.encode() + first_input).digest()
    return (digest * (size // len(digest) + 1))[:size]
