"""What operators do: each operation is one transaction with its audit entry, and says who and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.domain.night import Batch, BatchId
from pipeline.domain.operating import Decision, QueueState, RunFilter
from pipeline.domain.session import RunId, SessionId, Stage, WorkerId

#: Runs to ring for.
Ready = Sequence[tuple[Stage, RunId]]


@dataclass(frozen=True, slots=True)
class StageControl:
    """Whether a stage may start work, and who decided it."""

    stage: Stage
    state: QueueState
    actor: str
    reason: str
    changed_at: datetime
    #: Counts changes; give it back to say which state a decision was made on.
    revision: int


class OperatorLedger(Protocol):
    """Steering of stages, workers and runs. What was done already raises ``OperationConflictError``."""

    def control(self, stage: Stage) -> StageControl:
        """Return how a stage is steered now."""
        ...

    def steer(
        self, stage: Stage, state: QueueState, decision: Decision, seen_revision: int | None = None
    ) -> StageControl:
        """Pause, drain or reopen a stage on all machines; when this returns, no claim goes against it.

        With ``seen_revision``, raises ``OperationConflictError`` where somebody changed the stage since.
        """
        ...

    def drain_worker(self, worker_id: WorkerId, decision: Decision) -> None:
        """Let the worker finish its run and take no other."""
        ...

    def is_drained(self, worker_id: WorkerId) -> bool:
        """Say whether the worker was told to take no further run."""
        ...

    def resume_worker(self, worker_id: WorkerId, decision: Decision) -> None:
        """Let the worker take runs again."""
        ...

    def cancel_session(self, session_id: SessionId, decision: Decision) -> Sequence[RunId]:
        """End what is ready, runs or is awaited of a session, deletion apart; return the runs ended.

        A running worker loses its lease. Nothing is deleted: retention goes on from intake. Where the recording has
        not come, its uploads end and its batch waits for it no more. Raises ``OperationConflictError``.
        """
        ...

    def cancel_batch(self, batch_id: BatchId, decision: Decision) -> Sequence[SessionId]:
        """Cancel every session of a batch that still has work to come, also by its recording; return them."""
        ...

    def discard(self, run_id: RunId, decision: Decision) -> None:
        """Set a run that ended badly aside for good; a deletion cannot be discarded."""
        ...

    def release_quarantined(self, run_id: RunId, decision: Decision) -> None:
        """Make a quarantined run ready again, with fresh tries."""
        ...

    def retry_run(self, run_id: RunId, decision: Decision) -> None:
        """Make a run that ended badly ready again, with fresh tries."""
        ...

    def retry_matching(self, which: RunFilter, decision: Decision) -> Ready:
        """Retry every run that matches; return what is ready now."""
        ...

    def change_priority(self, session_id: SessionId, priority: int, decision: Decision) -> None:
        """Give a session's open and later runs another priority; lower goes first."""
        ...


class BatchLedger(Protocol):
    """Batches as rows; a session belongs to the first batch that named it."""

    def open_batch(self, batch: Batch) -> Batch:
        """Keep a batch; the same manifest again returns the batch that is there."""
        ...

    def batch(self, batch_id: BatchId) -> Batch:
        """Return one batch; raise ``BatchUnknownError``."""
        ...

    def batches(self, limit: int = 50) -> tuple[Batch, ...]:
        """Return the newest batches first."""
        ...

    def note_refusal(self, batch_id: BatchId, session_id: SessionId, clinician: str | None, reason_code: str) -> None:
        """Note a session of a batch that intake turned away, for the morning report."""
        ...
