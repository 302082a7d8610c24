"""Retrying: what ended badly is made ready again, one run or all that match, with fresh tries."""

from collections.abc import Sequence

from sqlalchemy import select

from pipeline.adapters.database.cancelling import lock_run
from pipeline.adapters.database.locking import Row, lock_session
from pipeline.adapters.database.runs import OPEN, about, change_run
from pipeline.adapters.database.tables import stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.stage_events import StageRetried
from pipeline.domain.operating import ENDED_BADLY, Decision, RunFilter
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus
from pipeline.errors import OperationConflictError, RetryImpossibleError

_RETRYABLE = (*ENDED_BADLY, StageStatus.CANCELLED)


def retry(tx: Transaction, run_id: RunId, actor: str, reason: str | None = None) -> None:
    """Make a run that ended badly, or was cancelled, ready again; raise ``RetryImpossibleError`` for others."""
    run = lock_run(tx, run_id)
    if run["status"] not in _RETRYABLE or _another_is_open(tx, run):
        raise RetryImpossibleError(run_id=run_id)
    _make_ready(tx, run, actor, reason)


def release_quarantined(tx: Transaction, run_id: RunId, decision: Decision) -> None:
    """Make a quarantined run ready again; raise ``OperationConflictError`` for others."""
    run = lock_run(tx, run_id)
    if run["status"] is not StageStatus.QUARANTINED or _another_is_open(tx, run):
        raise OperationConflictError(run_id=run_id, state=str(run["status"]))
    _make_ready(tx, run, decision.actor, decision.reason)


def matching(tx: Transaction, which: RunFilter) -> list[tuple[SessionId, RunId]]:
    """Return the runs that ended badly and match, in the order in which their sessions are locked."""
    query = select(stage_runs.c.session_id, stage_runs.c.run_id).where(
        stage_runs.c.stage.in_(Stage if which.stage is None else [which.stage]),
        stage_runs.c.status.in_([status for status in which.statuses if status in _RETRYABLE]),
    )
    if which.reason_code is not None:
        query = query.where(stage_runs.c.reason_code == which.reason_code)
    if which.batch_id is not None:
        query = query.where(stage_runs.c.batch_id == which.batch_id)
    found = tx.rows(query.order_by(stage_runs.c.session_id, stage_runs.c.run_id))
    return [(SessionId(row["session_id"]), RunId(row["run_id"])) for row in found]


def retry_each(
    tx: Transaction, runs: Sequence[tuple[SessionId, RunId]], which: RunFilter, decision: Decision
) -> tuple[tuple[Stage, RunId], ...]:
    """Make those of the runs ready that still match under lock; return them."""
    ready: list[tuple[Stage, RunId]] = []
    for session_id, run_id in runs:
        lock_session(tx, session_id, writing=True)
        run = tx.row(select(stage_runs).where(stage_runs.c.run_id == run_id).with_for_update())
        if run is not None and run["status"] in which.statuses and not _another_is_open(tx, run):
            _make_ready(tx, run, decision.actor, decision.reason)
            ready.append((run["stage"], run_id))
    return tuple(ready)


def _make_ready(tx: Transaction, run: Row, actor: str, reason: str | None) -> None:
    tx.record(StageRetried(**about(run), actor=actor, reason=reason))
    fresh = {"failures": 0, "crash_count": 0, "not_before": None, "reason_code": None, "finished_at": None}
    change_run(tx, run, StageStatus.READY, **fresh)


def _another_is_open(tx: Transaction, run: Row) -> bool:
    query = select(stage_runs.c.run_id).where(
        stage_runs.c.session_id == run["session_id"],
        stage_runs.c.stage == run["stage"],
        stage_runs.c.run_id != run["run_id"],
        stage_runs.c.status.in_(OPEN),
    )
    return bool(tx.rows(query))
