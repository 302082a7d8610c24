"""Retention: the policy as it was at intake, the moments that came, and the clock of each kind."""

from collections.abc import Sequence

from sqlalchemy import exists, or_, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.rows import policy_of, policy_text
from pipeline.adapters.database.runs import open_run
from pipeline.adapters.database.tables import (
    artifacts,
    retention_clocks,
    retention_moments,
    retention_policies,
    stage_runs,
)
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.retention import RetentionClock, RetentionPolicy, RetentionTrigger, clocks
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus

#: A purge that ended so waits for a person; the sweep opens no other beside it.
_NEEDS_A_PERSON = (StageStatus.FAILED, StageStatus.QUARANTINED)


def keep_policy(tx: Transaction, session_id: SessionId, policy: RetentionPolicy) -> None:
    """Snapshot the policy; one that was kept for the announced session is replaced."""
    tx.connection.execute(retention_policies.delete().where(retention_policies.c.session_id == session_id))
    row = {"session_id": session_id, "policy_id": policy.policy_id, "rules": policy_text(policy)}
    tx.connection.execute(retention_policies.insert().values(**row))


def mark_moment(tx: Transaction, session_id: SessionId, trigger: RetentionTrigger) -> bool:
    """Note that a moment came, the first time it does, and set the clocks by it; say whether it was the first."""
    first = tx.insert_absent(retention_moments, session_id=session_id, trigger=trigger, at=tx.now)
    if first:
        set_clocks(tx, session_id)
    return first


def set_clocks(tx: Transaction, session_id: SessionId) -> None:
    """Set every clock by the policy and the moments so far, except those a person made due."""
    row = tx.row(select(retention_policies).where(retention_policies.c.session_id == session_id))
    moments = tx.rows(select(retention_moments).where(retention_moments.c.session_id == session_id))
    for clock in () if row is None else clocks(policy_of(row), {m["trigger"]: m["at"] for m in moments}):
        _set(tx, session_id, clock, forced=False)


def restart_clock(tx: Transaction, session_id: SessionId, kind: ArtifactKind) -> None:
    """Run the clock of a kind that was purged and has come into being again."""
    tx.connection.execute(
        retention_clocks.update()
        .where(
            retention_clocks.c.session_id == session_id,
            retention_clocks.c.kind == kind,
            retention_clocks.c.stopped_at.is_not(None),
        )
        .values(stopped_at=None)
    )


def force_due(tx: Transaction, session: Row, kinds: Sequence[ArtifactKind], basis: str) -> RunId | None:
    """Make kinds due now and open their purge."""
    session_id = SessionId(session["session_id"])
    for kind in kinds:
        _set(tx, session_id, RetentionClock(kind, tx.now, basis), forced=True)
    return open_run(tx, session, Stage.PURGE) if kinds else None


def due_kinds(tx: Transaction, session_id: SessionId) -> tuple[ArtifactKind, ...]:
    """Return the kinds that are to be deleted by now.

    A clock that ran out by itself for a kind that never came into being needs no purge; what a person made due
    gets one all the same, for a worker may be writing it at this moment.
    """
    is_there = exists().where(
        artifacts.c.session_id == retention_clocks.c.session_id,
        artifacts.c.kind == retention_clocks.c.kind,
        artifacts.c.deleted_at.is_(None),
    )
    query = select(retention_clocks.c.kind).where(
        retention_clocks.c.session_id == session_id,
        retention_clocks.c.due_at <= tx.now,
        retention_clocks.c.stopped_at.is_(None),
        or_(retention_clocks.c.forced, is_there),
    )
    return tuple(sorted(row["kind"] for row in tx.rows(query)))


def open_due_purge(tx: Transaction, session: Row) -> RunId | None:
    """Open a purge where something is due and no earlier purge waits for a person."""
    waiting = select(stage_runs.c.run_id).where(
        stage_runs.c.session_id == session["session_id"],
        stage_runs.c.stage == Stage.PURGE,
        stage_runs.c.status.in_(_NEEDS_A_PERSON),
    )
    if not due_kinds(tx, SessionId(session["session_id"])) or tx.rows(waiting):
        return None
    return open_run(tx, session, Stage.PURGE)


def stop_clocks(tx: Transaction, session_id: SessionId, kinds: Sequence[ArtifactKind]) -> None:
    """Stop the clocks of kinds that are gone."""
    tx.connection.execute(
        retention_clocks.update()
        .where(retention_clocks.c.session_id == session_id, retention_clocks.c.kind.in_(kinds))
        .values(stopped_at=tx.now)
    )


def _set(tx: Transaction, session_id: SessionId, clock: RetentionClock, *, forced: bool) -> None:
    values = {"due_at": clock.due_at, "basis": clock.basis, "forced": forced}
    if tx.insert_absent(retention_clocks, session_id=session_id, kind=clock.kind, **values):
        return
    tx.connection.execute(
        retention_clocks.update()
        .where(
            retention_clocks.c.session_id == session_id,
            retention_clocks.c.kind == clock.kind,
            retention_clocks.c.forced.is_(False),
        )
        .values(**values)
    )
