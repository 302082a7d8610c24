"""Runs in lists, a page at a time, and when they finished."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, and_, or_, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import stage_runs, workers
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus
from pipeline.ports.promises import ListedRun, RunQuery

#: More than a night has.
_MOST_TIMES = 20_000


def runs(tx: Transaction, which: RunQuery) -> tuple[ListedRun, ...]:
    """Return runs in one state, the latest first."""
    since = _since(which.status)
    query = (
        select(stage_runs, workers.c.engine, since.label("since"))
        .select_from(stage_runs.outerjoin(workers, workers.c.worker_id == stage_runs.c.worker_id))
        .where(stage_runs.c.status == which.status, since.is_not(None))
        .order_by(since.desc(), stage_runs.c.run_id.desc())
        .limit(which.limit)
    )
    if which.stage is not None:
        query = query.where(stage_runs.c.stage == which.stage)
    if which.reason_code is not None:
        query = query.where(stage_runs.c.reason_code == which.reason_code)
    if which.after is not None:
        at, run_id = which.after
        query = query.where(or_(since < at, and_(since == at, stage_runs.c.run_id < run_id)))
    return tuple(_listed(row) for row in tx.rows(query))


def finished_times(tx: Transaction, stage: Stage, since: datetime) -> Sequence[datetime]:
    """Return when runs of a stage succeeded since a moment, in order."""
    query = (
        select(stage_runs.c.finished_at)
        .where(
            stage_runs.c.stage == stage,
            stage_runs.c.finished_at >= since,
            stage_runs.c.status == StageStatus.SUCCEEDED,
        )
        .order_by(stage_runs.c.finished_at)
        .limit(_MOST_TIMES)
    )
    return [row["finished_at"] for row in tx.rows(query)]


def _since(status: StageStatus) -> Column[datetime]:
    """Return the column that says when a run came to a state; it has an index for states that grow without end."""
    columns: dict[StageStatus, Column[datetime]] = {
        StageStatus.READY: stage_runs.c.created_at,
        StageStatus.HELD: stage_runs.c.created_at,
        StageStatus.RUNNING: stage_runs.c.started_at,
    }
    return columns.get(status, stage_runs.c.finished_at)


def _listed(row: Row) -> ListedRun:
    return ListedRun(
        RunId(row["run_id"]),
        SessionId(row["session_id"]),
        row["stage"],
        row["status"],
        row["attempt"],
        row["crash_count"],
        row["priority"],
        row["reason_code"],
        row["engine"],
        row["since"],
    )
