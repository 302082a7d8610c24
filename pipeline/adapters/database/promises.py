"""Whether the promises hold, in indexed queries whose cost does not grow with what is done and over."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Select, distinct, exists, func, select

from pipeline.adapters.database.tables import (
    artifacts,
    certificates,
    holds,
    inspections,
    retention_clocks,
    sessions,
    stage_runs,
    workers,
)
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.session import Stage, StageStatus, next_stage
from pipeline.ports.promises import InvariantKind, InvariantWatch, PromiseWatch, RetentionWatch

_DAY = timedelta(days=1)
#: What is due this long and not deleted is overdue: the sweep comes every half minute.
_SWEPT_WITHIN = timedelta(hours=1)
#: A ready run nobody was told of for so long: no sweep is at work.
_RUNG_WITHIN = timedelta(minutes=5)


def promises(tx: Transaction) -> PromiseWatch:
    """Return the promises as they stand."""
    late = tx.now - _RUNG_WITHIN
    unrung = tx.connection.execute(
        select(func.count(), func.min(stage_runs.c.rung_at)).where(
            stage_runs.c.stage.in_(tuple(Stage)),
            stage_runs.c.status == StageStatus.READY,
            stage_runs.c.rung_at < late,
            stage_runs.c.not_before.is_(None) | (stage_runs.c.not_before < late),
        )
    ).one()
    return PromiseWatch(
        tx.now,
        _retention(tx),
        tuple(
            InvariantWatch(row["kind"], row["found"], row["checked_at"])
            for row in tx.rows(select(inspections).order_by(inspections.c.kind))
        ),
        _refusals(tx),
        _number(
            tx,
            select(func.coalesce(func.sum(workers.c.fence_rejections), 0)).where(workers.c.beat_at >= tx.now - _DAY),
        ),
        unrung[0],
        unrung[1],
    )


def count_lost(tx: Transaction) -> int:
    """Return how many accepted sessions have no open run and came to no end: a stage succeeded and none followed."""
    following = stage_runs.alias("following")
    lost = 0
    for stage, after in ((stage, next_stage(stage)) for stage in Stage):
        if after is not None:
            came = exists().where(following.c.session_id == stage_runs.c.session_id, following.c.stage == after)
            ended = (stage_runs.c.stage == stage, stage_runs.c.status == StageStatus.SUCCEEDED)
            lost += _number(tx, select(func.count()).select_from(stage_runs).where(*ended, ~came))
    started = exists().where(stage_runs.c.session_id == sessions.c.session_id)
    accepted = select(func.count()).select_from(sessions).where(sessions.c.accepted_at.is_not(None), ~started)
    return lost + _number(tx, accepted)


def count_doubled(tx: Transaction) -> int:
    """Return how many runs made more than one artifact of a kind."""
    made = (artifacts.c.run_id, artifacts.c.kind)
    twice = (
        select(artifacts.c.run_id).where(artifacts.c.run_id.is_not(None)).group_by(*made).having(func.count() > 1)
    ).subquery()
    return _number(tx, select(func.count()).select_from(twice))


def keep_inspection(tx: Transaction, found: Mapping[InvariantKind, int]) -> None:
    """Keep what was found last."""
    for kind, count in found.items():
        if not tx.insert_absent(inspections, kind=kind, found=count, checked_at=tx.now):
            mine = inspections.c.kind == kind
            tx.connection.execute(inspections.update().where(mine).values(found=count, checked_at=tx.now))


def _refusals(tx: Transaction) -> tuple[tuple[str, int], ...]:
    count = func.count()
    query = (
        select(stage_runs.c.reason_code, count.label("runs"))
        .where(
            stage_runs.c.stage.in_(tuple(Stage)),
            stage_runs.c.status == StageStatus.REFUSED,
            stage_runs.c.finished_at >= tx.now - _DAY,
        )
        .group_by(stage_runs.c.reason_code)
        .order_by(count.desc(), stage_runs.c.reason_code)
    )
    return tuple((row["reason_code"] or "", row["runs"]) for row in tx.rows(query))


def _retention(tx: Transaction) -> RetentionWatch:
    waiting = retention_clocks.c.stopped_at.is_(None)
    standing = exists().where(holds.c.session_id == retention_clocks.c.session_id, holds.c.lifted_at.is_(None))
    of_sessions = func.count(distinct(retention_clocks.c.session_id))
    late = retention_clocks.c.due_at < tx.now - _SWEPT_WITHIN
    return RetentionWatch(
        _number(tx, select(of_sessions).where(waiting, retention_clocks.c.due_at <= tx.now + _DAY)),
        _number(tx, select(of_sessions).where(waiting, late, ~standing)),
        _number(tx, select(func.count()).select_from(holds).where(holds.c.lifted_at.is_(None))),
        _number(tx, select(func.count()).select_from(certificates).where(certificates.c.issued_at >= tx.now - _DAY)),
    )


def _number(tx: Transaction, query: Select[int]) -> int:
    return int(tx.connection.execute(query).scalar_one())
