"""What stands still and should not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from pipeline.adapters.database.batching import is_awaited
from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import sessions, stage_controls, stage_runs, workers
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.operating import QueueState
from pipeline.domain.session import RunId, Stage, StageStatus, WorkerId
from pipeline.ports.queue_view import StuckFinding, StuckKind

#: How many runs with one trouble are named.
_MOST = 50


def stuck(tx: Transaction, patience: timedelta) -> tuple[StuckFinding, ...]:
    """Return what has stood still for longer than ``patience``."""
    return (*_waiting(tx, patience), *_silent(tx, patience), *_announced(tx, patience))


def _waiting(tx: Transaction, patience: timedelta) -> Iterator[StuckFinding]:
    """Yield stages where runs wait though workers are idle, or where nobody works at all."""
    living = tx.rows(select(workers.c.stage, workers.c.state).where(workers.c.beat_at >= tx.now - patience))
    here = {row["stage"] for row in living if row["state"] != "stopped"}
    idle = {row["stage"] for row in living if row["state"] == "idle"}
    for row in tx.rows(_old_ready(tx, patience)):
        stage = row["stage"]
        if stage in here and stage not in idle:
            continue
        kind = StuckKind.READY_WITH_IDLE_WORKERS if stage in idle else StuckKind.READY_WITHOUT_WORKERS
        yield StuckFinding(kind, stage, row["runs"], row["since"])


def _old_ready(tx: Transaction, patience: timedelta) -> Select[tuple[Any, ...]]:
    """Select runs that could have been taken for a while, on stages that are open."""
    may_wait = stage_runs.c.not_before.is_(None) | (stage_runs.c.not_before <= tx.now - patience)
    query = (
        select(stage_runs.c.stage, func.count().label("runs"), func.min(stage_runs.c.created_at).label("since"))
        .join(stage_controls, stage_controls.c.stage == stage_runs.c.stage)
        .where(
            stage_runs.c.stage.in_(Stage),
            stage_runs.c.status == StageStatus.READY,
            stage_runs.c.created_at <= tx.now - patience,
            stage_controls.c.state == QueueState.OPEN,
            may_wait,
        )
        .group_by(stage_runs.c.stage)
    )
    if tx.limits.is_open(tx.now):
        return query
    urgent = stage_runs.c.priority <= tx.limits.urgent
    return query.where((stage_runs.c.stage != Stage.TRANSCRIBE) | urgent)


def _silent(tx: Transaction, patience: timedelta) -> Iterator[StuckFinding]:
    """Yield runs whose lease passed, or whose worker is not heard of."""
    query = (
        select(stage_runs, workers.c.beat_at)
        .join(workers, workers.c.worker_id == stage_runs.c.worker_id, isouter=True)
        .where(stage_runs.c.status == StageStatus.RUNNING)
        .order_by(stage_runs.c.lease_until)
        .limit(_MOST)
    )
    for row in tx.rows(query):
        if row["lease_until"] < tx.now:
            yield _of_run(StuckKind.LEASE_OVERDUE, row, row["lease_until"])
        elif row["beat_at"] is not None and row["beat_at"] < tx.now - patience:
            yield _of_run(StuckKind.STALE_BEAT, row, row["beat_at"])


def _announced(tx: Transaction, patience: timedelta) -> Iterator[StuckFinding]:
    """Yield how many sessions were announced and have not come for a day, or for ``patience`` if that is longer."""
    before = tx.now - max(patience, timedelta(days=1))
    counted: tuple[Any, ...] = (func.count().label("runs"), func.min(sessions.c.submitted_at).label("since"))
    query = select(*counted).where(is_awaited(), sessions.c.submitted_at < before)
    row = tx.rows(query)[0]
    if row["runs"]:
        yield StuckFinding(StuckKind.ANNOUNCED_NOT_COME, None, row["runs"], row["since"])


def _of_run(kind: StuckKind, row: Row, since: datetime) -> StuckFinding:
    return StuckFinding(kind, row["stage"], 1, since, RunId(row["run_id"]), WorkerId(row["worker_id"]))
