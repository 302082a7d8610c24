"""Steering: which stages may start work, and which workers may take it, on every machine at once.

Whoever takes a run holds the stage's row in share; whoever steers it waits for them, so that after a pause has
returned nothing starts any more.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, and_, false, select, true

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import stage_controls, stage_runs, workers
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.operator_events import (
    QueueDrained,
    QueuePaused,
    QueueResumed,
    SteeringEvent,
    WorkerDrained,
    WorkerResumed,
)
from pipeline.domain.operating import Decision, QueueState
from pipeline.domain.session import Stage, WorkerId
from pipeline.errors import OperationConflictError, WorkerUnknownError
from pipeline.ports.operations import StageControl

_EVENTS = {QueueState.OPEN: QueueResumed, QueueState.PAUSED: QueuePaused, QueueState.DRAINING: QueueDrained}


def may_start(tx: Transaction, stage: Stage, worker_id: WorkerId) -> ColumnElement[bool]:
    """Return the condition on runs that this worker may take now."""
    return _condition(tx, tx.row(_control(stage)), tx.row(_worker(worker_id)), stage)


def lock_start(tx: Transaction, stage: Stage, worker_id: WorkerId) -> ColumnElement[bool]:
    """Return the condition, and keep it true to the end of the transaction."""
    steered = tx.row(_control(stage).with_for_update(read=True))
    return _condition(tx, steered, tx.row(_worker(worker_id).with_for_update(read=True)), stage)


def control(tx: Transaction, stage: Stage) -> StageControl:
    """Return how a stage is steered."""
    row = tx.row(_control(stage))
    if row is None:
        return StageControl(stage, QueueState.OPEN, "setup", "setup", tx.now, 0)
    return control_of(row)


def control_of(row: Row) -> StageControl:
    """Return the row as a value."""
    return StageControl(row["stage"], row["state"], row["actor"], row["reason"], row["changed_at"], row["revision"])


def steer(
    tx: Transaction, stage: Stage, state: QueueState, decision: Decision, seen_revision: int | None
) -> StageControl:
    """Change what may start; raise where it is so already, or was changed since the decision was made."""
    row = tx.row(_control(stage).with_for_update())
    if row is None or row["state"] is state or seen_revision not in {None, row["revision"]}:
        raise OperationConflictError(stage=stage, state=None if row is None else str(row["state"]))
    values = {
        "state": state,
        "actor": decision.actor,
        "reason": decision.reason,
        "changed_at": tx.now,
        "revision": row["revision"] + 1,
    }
    tx.connection.execute(stage_controls.update().where(stage_controls.c.stage == stage).values(**values))
    tx.record(_EVENTS[state](decision.actor, decision.reason, stage))
    return control_of({**row, **values})


def drain_worker(tx: Transaction, worker_id: WorkerId, decision: Decision) -> None:
    """Let the worker take no further run."""
    row = _lock_worker(tx, worker_id)
    if row["drain_since"] is not None:
        raise OperationConflictError(worker_id=worker_id, state="draining")
    _set_drain(
        tx, row, {"drain_since": tx.now}, WorkerDrained(decision.actor, decision.reason, worker_id, row["stage"])
    )


def is_drained(tx: Transaction, worker_id: WorkerId) -> bool:
    """Say whether the worker was told to take no further run."""
    row = tx.row(_worker(worker_id))
    return row is not None and row["drain_since"] is not None


def resume_worker(tx: Transaction, worker_id: WorkerId, decision: Decision) -> None:
    """Let the worker take runs again."""
    row = _lock_worker(tx, worker_id)
    if row["drain_since"] is None:
        raise OperationConflictError(worker_id=worker_id, state=row["state"])
    _set_drain(tx, row, {"drain_since": None}, WorkerResumed(decision.actor, decision.reason, worker_id, row["stage"]))


def _condition(tx: Transaction, steered: Row | None, worker: Row | None, stage: Stage) -> ColumnElement[bool]:
    if worker is not None and worker["drain_since"] is not None:
        return false()
    conditions = [_by_state(steered)]
    if stage is Stage.TRANSCRIBE and not tx.limits.is_open(tx.now):
        # What was started is finished at any hour; only the start of a session waits for the night.
        conditions.append(stage_runs.c.priority <= tx.limits.urgent)
    return and_(*conditions)


def _by_state(steered: Row | None) -> ColumnElement[bool]:
    if steered is None or steered["state"] is QueueState.OPEN:
        return true()
    if steered["state"] is QueueState.PAUSED:
        return false()
    before: ColumnElement[bool] = stage_runs.c.created_at <= steered["changed_at"]
    return before


def _control(stage: Stage) -> Select[tuple[object, ...]]:
    return select(stage_controls).where(stage_controls.c.stage == stage)


def _worker(worker_id: WorkerId) -> Select[tuple[object, ...]]:
    return select(workers).where(workers.c.worker_id == worker_id)


def _lock_worker(tx: Transaction, worker_id: WorkerId) -> Row:
    row = tx.row(_worker(worker_id).with_for_update())
    if row is None:
        raise WorkerUnknownError(worker_id=worker_id)
    return row


def _set_drain(tx: Transaction, row: Row, values: Mapping[str, object], event: SteeringEvent) -> None:
    tx.connection.execute(workers.update().where(workers.c.worker_id == row["worker_id"]).values(**values))
    tx.record(event)
