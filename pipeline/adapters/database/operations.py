"""The operators' port on SQL: steering, cancelling, retrying, batches."""

from collections.abc import Sequence
from functools import partial

from pipeline.adapters.database import (
    admitting,
    batching,
    cancelling,
    gathering,
    registering,
    reordering,
    retrying,
    steering,
)
from pipeline.adapters.database.transactions import Database
from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.night import Batch, BatchId
from pipeline.domain.operating import Decision, QueueState, RunFilter
from pipeline.domain.session import RunId, SessionId, Stage, WorkerId
from pipeline.errors import ConsentError, RowProblem
from pipeline.ports.bulk import Admission, Candidate, NamedSession
from pipeline.ports.operations import Ready, StageControl

#: How many runs of many are changed in one transaction: few enough that workers hardly wait.
_CHUNK = 100


class SqlOperations:
    """What operators do, each in a transaction with its audit entry."""

    database: Database

    def control(self, stage: Stage) -> StageControl:
        """Return how a stage is steered now."""
        return self.database.read(lambda tx: steering.control(tx, stage))

    def steer(
        self, stage: Stage, state: QueueState, decision: Decision, seen_revision: int | None = None
    ) -> StageControl:
        """Pause, drain or reopen a stage."""
        return self.database.write(lambda tx: steering.steer(tx, stage, state, decision, seen_revision))

    def drain_worker(self, worker_id: WorkerId, decision: Decision) -> None:
        """Let the worker take no further run."""
        self.database.write(lambda tx: steering.drain_worker(tx, worker_id, decision))

    def is_drained(self, worker_id: WorkerId) -> bool:
        """Say whether the worker was told to take no further run."""
        return self.database.read(lambda tx: steering.is_drained(tx, worker_id))

    def resume_worker(self, worker_id: WorkerId, decision: Decision) -> None:
        """Let the worker take runs again."""
        self.database.write(lambda tx: steering.resume_worker(tx, worker_id, decision))

    def cancel_session(self, session_id: SessionId, decision: Decision) -> Sequence[RunId]:
        """End what is ready or runs of a session."""
        return self.database.write(lambda tx: cancelling.cancel_session(tx, session_id, decision))

    def cancel_batch(self, batch_id: BatchId, decision: Decision) -> Sequence[SessionId]:
        """Cancel every session of a batch that still has work to come, each in a transaction of its own."""
        self.batch(batch_id)
        # The awaited ones first: what of them comes meanwhile is found under way.
        awaited = self.database.read(lambda tx: cancelling.sessions_awaited(tx, batch_id))
        end = partial(partial, cancelling.await_no_more, batch_id=batch_id, decision=decision)
        ended = [each for each in awaited if self.database.write(end(session_id=each))]
        under_way = self.database.read(lambda tx: cancelling.sessions_under_way(tx, batch_id))
        cancel = partial(partial, cancelling.cancel_if_open, decision=decision)
        return (*ended, *(each for each in under_way if self.database.write(cancel(session_id=each))))

    def discard(self, run_id: RunId, decision: Decision) -> None:
        """Set a run that ended badly aside for good."""
        self.database.write(lambda tx: cancelling.discard(tx, run_id, decision))

    def release_quarantined(self, run_id: RunId, decision: Decision) -> None:
        """Make a quarantined run ready again."""
        self.database.write(lambda tx: retrying.release_quarantined(tx, run_id, decision))

    def retry_run(self, run_id: RunId, decision: Decision) -> None:
        """Make a run that ended badly ready again."""
        self.database.write(lambda tx: retrying.retry(tx, run_id, decision.actor, decision.reason))

    def retry_matching(self, which: RunFilter, decision: Decision) -> Ready:
        """Retry every run that matches, some at a time."""
        found = self.database.read(lambda tx: retrying.matching(tx, which))
        chunks = [found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK)]
        retry = partial(partial, retrying.retry_each, which=which, decision=decision)
        return tuple(run for chunk in chunks for run in self.database.write(retry(runs=chunk)))

    def change_priority(self, session_id: SessionId, priority: int, decision: Decision) -> None:
        """Give a session another priority."""
        self.database.write(lambda tx: reordering.change_priority(tx, session_id, priority, decision))

    def admit_all(self, candidates: Sequence[Candidate], actor: str) -> Sequence[Admission]:
        """Record the consents of new sessions and say which may be kept."""
        return self.database.write(lambda tx: admitting.admit_all(tx, candidates, actor))

    def register_all(
        self, accepted: Sequence[tuple[Candidate, StoredArtifact]]
    ) -> Sequence[RunId | ConsentError | None]:
        """Accept new sessions whose recordings are stored."""
        return self.database.write(lambda tx: registering.register_all(tx, accepted))

    def gather(self, batch: Batch, named: Sequence[NamedSession], actor: str) -> Batch:
        """Take sessions that are known into a batch, all of them or none."""
        return self.database.write(lambda tx: gathering.gather(tx, batch, named, actor))

    def find_wrong(self, named: Sequence[NamedSession]) -> Sequence[RowProblem]:
        """Return what is wrong with the rows of a batch."""
        return self.database.write(lambda tx: gathering.find_wrong(tx, named))

    def open_batch(self, batch: Batch) -> Batch:
        """Keep a batch, or return the one that the same manifest opened."""
        return self.database.write(lambda tx: batching.open_batch(tx, batch))

    def batch(self, batch_id: BatchId) -> Batch:
        """Return one batch."""
        return self.database.read(lambda tx: batching.batch(tx, batch_id))

    def batches(self, limit: int = 50) -> tuple[Batch, ...]:
        """Return the newest batches first."""
        return self.database.read(lambda tx: batching.newest_batches(tx, limit))

    def note_refusal(self, batch_id: BatchId, session_id: SessionId, clinician: str | None, reason_code: str) -> None:
        """Note a session of a batch that intake turned away."""
        self.database.write(lambda tx: batching.note_refusal(tx, batch_id, session_id, clinician, reason_code))
