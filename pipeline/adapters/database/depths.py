"""How deep the queues are, and for how long runs wait; one look at an index for each stage."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.steering import control_of
from pipeline.adapters.database.tables import stage_controls, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.session import Stage, StageStatus
from pipeline.ports.queue_view import ReadyCount, StageDepth, WaitTimes

_HOUR = timedelta(hours=1)
#: The latest runs are enough for percentiles, however many finished.
_SAMPLE = 1000
#: Success is not counted over all time: that would be a look at every row there ever was.
COUNTED = tuple(status for status in StageStatus if status is not StageStatus.SUCCEEDED)

#: A run that is tried again waits anew; one that was opened before this was noted waits since then.
_READY_SINCE = func.coalesce(stage_runs.c.ready_at, stage_runs.c.created_at, type_=stage_runs.c.created_at.type)


def stage_depths(tx: Transaction) -> tuple[StageDepth, ...]:
    """Return every stage's depth."""
    counted = _counted(tx)
    finished = {row["stage"]: row for row in tx.rows(_finished(tx))}
    controls = {row["stage"]: row for row in tx.rows(select(stage_controls))}
    return tuple(_depth(stage, counted[stage], finished.get(stage), controls[stage]) for stage in Stage)


def ready_counts(tx: Transaction) -> tuple[ReadyCount, ...]:
    """Return ready runs by stage and priority."""
    query = (
        select(stage_runs.c.stage, stage_runs.c.priority, func.count().label("runs"))
        .where(stage_runs.c.stage.in_(Stage), stage_runs.c.status == StageStatus.READY)
        .group_by(stage_runs.c.stage, stage_runs.c.priority)
        .order_by(stage_runs.c.stage, stage_runs.c.priority)
    )
    return tuple(ReadyCount(row["stage"], row["priority"], row["runs"]) for row in tx.rows(query))


def wait_times(tx: Transaction, within: timedelta) -> tuple[WaitTimes, ...]:
    """Return percentiles over the latest finished runs of each stage."""
    return tuple(_waits(tx, stage, within) for stage in Stage)


def _counted(tx: Transaction) -> defaultdict[Stage, list[Row]]:
    waiting = and_(stage_runs.c.status == StageStatus.READY, stage_runs.c.not_before > tx.now)
    query = (
        select(
            stage_runs.c.stage,
            stage_runs.c.status,
            func.count().label("runs"),
            func.min(_READY_SINCE).label("oldest"),
            func.coalesce(func.sum(stage_runs.c.audio_ms), 0).label("audio_ms"),
            func.sum(case((waiting, 1), else_=0)).label("delayed"),
        )
        .where(stage_runs.c.stage.in_(Stage), stage_runs.c.status.in_(COUNTED))
        .group_by(stage_runs.c.stage, stage_runs.c.status)
    )
    rows: defaultdict[Stage, list[Row]] = defaultdict(list)
    for row in tx.rows(query):
        rows[row["stage"]].append(row)
    return rows


def _finished(tx: Transaction) -> Select[tuple[Any, ...]]:
    return (
        select(
            stage_runs.c.stage,
            func.count().label("runs"),
            func.coalesce(func.sum(stage_runs.c.audio_ms), 0).label("audio_ms"),
        )
        .where(
            stage_runs.c.stage.in_(Stage),
            stage_runs.c.finished_at >= tx.now - _HOUR,
            stage_runs.c.status == StageStatus.SUCCEEDED,
        )
        .group_by(stage_runs.c.stage)
    )


def _depth(stage: Stage, counted: list[Row], finished: Row | None, control: Row) -> StageDepth:
    by_status = {row["status"]: row for row in counted}
    ready, running = by_status.get(StageStatus.READY), by_status.get(StageStatus.RUNNING)
    return StageDepth(
        stage,
        control_of(control),
        {status: int(by_status[status]["runs"]) if status in by_status else 0 for status in COUNTED},
        0 if ready is None else int(ready["delayed"]),
        None if ready is None else ready["oldest"],
        0.0 if ready is None else float(ready["audio_ms"]) / 1000,
        0.0 if running is None else float(running["audio_ms"]) / 1000,
        0 if finished is None else int(finished["runs"]),
        0.0 if finished is None else float(finished["audio_ms"]) / 1000,
    )


def _waits(tx: Transaction, stage: Stage, within: timedelta) -> WaitTimes:
    query = (
        select(_READY_SINCE.label("ready_since"), stage_runs.c.started_at, stage_runs.c.finished_at)
        .where(
            stage_runs.c.stage == stage,
            stage_runs.c.finished_at >= tx.now - within,
            or_(stage_runs.c.status == StageStatus.SUCCEEDED, stage_runs.c.status == StageStatus.FAILED),
            stage_runs.c.started_at.is_not(None),
        )
        .order_by(stage_runs.c.finished_at.desc())
        .limit(_SAMPLE)
    )
    rows = tx.rows(query)
    waits = sorted(max(0.0, (row["started_at"] - row["ready_since"]).total_seconds()) for row in rows)
    works = sorted((row["finished_at"] - row["started_at"]).total_seconds() for row in rows)
    return WaitTimes(
        stage, len(rows), percentile(waits, 50), percentile(waits, 95), percentile(works, 50), percentile(works, 95)
    )


def percentile(ordered: list[float], percent: int) -> float:
    """Return the value that so many in a hundred do not exceed; 0 where there is none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, -(-len(ordered) * percent // 100) - 1)]
