"""Sweep: put right what died workers, lost messages and passing time left behind; safe to run twice at once."""

from datetime import timedelta
from functools import partial

from sqlalchemy import exists, select

from pipeline.adapters.database.failing import quarantined
from pipeline.adapters.database.locking import lock_session
from pipeline.adapters.database.retention import open_due_purge
from pipeline.adapters.database.runs import about, change_run
from pipeline.adapters.database.tables import retention_clocks, stage_runs
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.stage_events import LeaseExpired
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus
from pipeline.ports import SweepReport

#: How many unrung runs one sweep names; the next sweep names the rest.
_BATCH = 500


def sweep(database: Database, unrung_after: timedelta) -> SweepReport:
    """Expire leases, open due purges, and find ready runs nobody was told of; each in a transaction of its own."""
    lapsed = [database.write(partial(_expire, run_id=run_id)) for run_id in database.read(_lapsed)]
    due = [database.write(partial(_open_purge, session_id=session_id)) for session_id in database.read(_due)]
    return SweepReport(
        leases_expired=sum(1 for status in lapsed if status is not None),
        quarantined=sum(1 for status in lapsed if status is StageStatus.QUARANTINED),
        purges_opened=sum(1 for run_id in due if run_id is not None),
        unrung=database.write(partial(_unrung, unrung_after=unrung_after)),
    )


def _lapsed(tx: Transaction) -> list[RunId]:
    query = select(stage_runs.c.run_id).where(
        stage_runs.c.status == StageStatus.RUNNING, stage_runs.c.lease_until < tx.now
    )
    return [row["run_id"] for row in tx.rows(query)]


def _expire(tx: Transaction, run_id: RunId) -> StageStatus | None:
    """Take a lapsed lease away; return the run's new state, or ``None`` where the lease was renewed meanwhile."""
    query = select(stage_runs).where(
        stage_runs.c.run_id == run_id, stage_runs.c.status == StageStatus.RUNNING, stage_runs.c.lease_until < tx.now
    )
    run = tx.row(query.with_for_update(skip_locked=True))
    if run is None:
        return None
    crashes = run["crash_count"] + 1
    tx.record(LeaseExpired(**about(run), worker_id=run["worker_id"], crash_count=crashes))
    if quarantined(tx, run, crashes):
        return StageStatus.QUARANTINED
    change_run(tx, run, StageStatus.READY, crash_count=crashes, reason_code="lease_expired")
    return StageStatus.READY


def _due(tx: Transaction) -> list[SessionId]:
    """Return the sessions with something due and no purge under way or waiting for a person."""
    purge = exists().where(
        stage_runs.c.session_id == retention_clocks.c.session_id,
        stage_runs.c.stage == Stage.PURGE,
        stage_runs.c.status != StageStatus.SUCCEEDED,
    )
    query = (
        select(retention_clocks.c.session_id)
        .where(retention_clocks.c.due_at <= tx.now, retention_clocks.c.stopped_at.is_(None), ~purge)
        .distinct()
        .order_by(retention_clocks.c.session_id)
    )
    return [row["session_id"] for row in tx.rows(query)]


def _open_purge(tx: Transaction, session_id: SessionId) -> RunId | None:
    return open_due_purge(tx, lock_session(tx, session_id, writing=True))


def _unrung(tx: Transaction, unrung_after: timedelta) -> tuple[tuple[Stage, RunId], ...]:
    """Return ready runs that nobody was told of for a while, and note that they are told of now."""
    query = (
        select(stage_runs.c.run_id, stage_runs.c.stage)
        .where(
            stage_runs.c.status == StageStatus.READY,
            stage_runs.c.rung_at <= tx.now - unrung_after,
            stage_runs.c.not_before.is_(None) | (stage_runs.c.not_before <= tx.now),
        )
        .order_by(stage_runs.c.priority, stage_runs.c.created_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    found = tx.rows(query)
    ids = [row["run_id"] for row in found]
    tx.connection.execute(stage_runs.update().where(stage_runs.c.run_id.in_(ids)).values(rung_at=tx.now))
    return tuple((row["stage"], RunId(row["run_id"])) for row in found)
