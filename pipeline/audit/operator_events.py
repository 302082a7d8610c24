"""What operators do to queues, workers and batches."""

from dataclasses import dataclass

from pipeline.audit.events import Event, Stream
from pipeline.domain.night import BatchId
from pipeline.domain.session import SessionId, Stage, WorkerId


@dataclass(frozen=True, slots=True)
class SteeringEvent(Event):
    """Something an operator decided."""

    actor: str
    reason: str

    @property
    def stream(self) -> Stream:
        """Return the operators' chain."""
        return Stream.OPERATOR


@dataclass(frozen=True, slots=True)
class QueuePaused(SteeringEvent):
    """A stage was told to start nothing more."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class QueueDrained(SteeringEvent):
    """A stage was told to work off what is ready and let what comes later wait."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class QueueResumed(SteeringEvent):
    """A stage was opened again."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class WorkerDrained(SteeringEvent):
    """A worker was told to take no further run."""

    worker_id: WorkerId
    stage: Stage


@dataclass(frozen=True, slots=True)
class WorkerResumed(SteeringEvent):
    """A worker may take runs again."""

    worker_id: WorkerId
    stage: Stage


@dataclass(frozen=True, slots=True)
class SessionCancelled(SteeringEvent):
    """Everything ready or running of a session was ended, deletion apart; nothing, where it was awaited only."""

    session_id: SessionId
    runs: int


@dataclass(frozen=True, slots=True)
class SessionReordered(SteeringEvent):
    """A session was given another priority."""

    session_id: SessionId
    priority: int


@dataclass(frozen=True, slots=True)
class BatchOpened(Event):
    """Sessions began to be handed in together."""

    batch_id: BatchId
    label: str
    actor: str

    @property
    def stream(self) -> Stream:
        """Return intake's chain."""
        return Stream.INTAKE


@dataclass(frozen=True, slots=True)
class SessionBatched(Event):
    """A session that had come in by itself was taken into a batch."""

    actor: str
    batch_id: BatchId
    session_id: SessionId
    priority: int

    @property
    def stream(self) -> Stream:
        """Return intake's chain."""
        return Stream.INTAKE
