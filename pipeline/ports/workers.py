"""Which workers live."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.domain.session import Stage, WorkerId


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as it was last heard of."""

    worker_id: WorkerId
    stage: Stage
    #: What it does, one word: ``idle``, ``busy``, ``draining``.
    state: str
    started_at: datetime
    beat_at: datetime


class WorkerLedger(Protocol):
    """Who works, for dashboards; no promise rests on it."""

    def beat_worker(self, worker_id: WorkerId, stage: Stage, state: str) -> None:
        """Note that a worker lives and what it does."""
        ...

    def workers(self) -> tuple[WorkerRow, ...]:
        """Return every worker heard of, the latest first."""
        ...
