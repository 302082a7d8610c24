"""Which workers live."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.domain.session import RunId, SessionId, Stage, WorkerId


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a worker says of itself with each beat."""

    memory_bytes: int | None = None
    version: str | None = None
    #: The engine its stage is set to.
    engine: str | None = None
    #: Results of it that came too late and were turned away.
    fence_rejections: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as it was last heard of."""

    worker_id: WorkerId
    stage: Stage
    #: What it does, one word: ``idle``, ``working``, ``paused``, ``draining``, ``drained``, ``stopped``.
    state: str
    started_at: datetime
    beat_at: datetime
    memory_bytes: int | None = None
    version: str | None = None
    engine: str | None = None
    #: Since when it was told to take no further run.
    drain_since: datetime | None = None
    run_id: RunId | None = None
    session_id: SessionId | None = None


class WorkerLedger(Protocol):
    """Who works, for dashboards; no promise rests on it."""

    def beat_worker(self, worker_id: WorkerId, stage: Stage, state: str, facts: WorkerFacts | None = None) -> None:
        """Note that a worker lives and what it does."""
        ...

    def workers(self) -> tuple[WorkerRow, ...]:
        """Return every worker heard of, the latest first."""
        ...
