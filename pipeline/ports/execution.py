"""How the work of a stage is carried out: what it is told, and what can be stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import RunId, SessionId, SessionKind, Stage
from pipeline.ports.ledger import StageResult


def _forget(_interim: bytes) -> None:
    """Keep nothing."""


@dataclass(frozen=True, slots=True)
class StageTask:
    """What the process that runs a model is told: no key, no address, no credential."""

    session_id: SessionId
    stage: Stage
    note_format: NoteFormat
    facts: Mapping[str, str | int] = field(default_factory=dict)
    kind: SessionKind = SessionKind.RECORDED
    #: Names that may come up, as the agency gave them.
    names: tuple[str, ...] = field(default=(), repr=False)
    #: What an earlier attempt kept before it was cut off; empty where there is nothing.
    interim: bytes = field(default=b"", repr=False)
    #: Puts away what is dear, as JSON, for the case that this attempt is cut off. All input must have been read.
    keep: Callable[[bytes], None] = field(default=_forget, repr=False, compare=False)


Inputs = Mapping[ArtifactKind, BinaryIO]

#: The work of one stage, wired to its engines. All inputs but the last are in memory already.
StageFunction = Callable[[StageTask, Inputs], StageResult]


class StageWork(Protocol):
    """Carries out a stage function where it can be stopped."""

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Return the result; raise what the stage raised, or ``StageCrashedError`` where its process died."""
        ...

    def stop(self) -> None:
        """Stop the work in progress, from another thread; safe when there is none."""
        ...


class Doorbell(Protocol):
    """Tells workers that there may be work; a lost ring costs time, never work."""

    def ring(self, stage: Stage, run_id: RunId) -> None:
        """Ring for a stage; never raises."""
        ...
