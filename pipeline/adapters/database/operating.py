"""What people do to sessions: hold, erase, sign."""

from collections.abc import Sequence

from sqlalchemy import select

from pipeline.adapters.database.cancelling import end_for_erasure
from pipeline.adapters.database.locking import lock_session
from pipeline.adapters.database.retention import force_due, mark_moment, open_due_purge
from pipeline.adapters.database.runs import about, change_run
from pipeline.adapters.database.tables import holds, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import DeletionRequested, HoldLifted, HoldPlaced, MomentMarked
from pipeline.audit.stage_events import StageResumed
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.operating import Decision
from pipeline.domain.retention import RetentionTrigger
from pipeline.domain.session import SessionId, StageStatus


def place_hold(tx: Transaction, session_id: SessionId, reason_code: str, actor: str) -> None:
    """Place a hold; one that stands already stays as it is."""
    lock_session(tx, session_id, writing=True)
    values = {"reason_code": reason_code, "placed_by": actor, "placed_at": tx.now}
    if tx.insert_absent(holds, session_id=session_id, **values):
        tx.record(HoldPlaced(session_id, actor, reason_code))


def lift_hold(tx: Transaction, session_id: SessionId, actor: str) -> None:
    """Lift the hold, if one stands, and let the purge it stopped go on."""
    lock_session(tx, session_id, writing=True)
    lifted = tx.connection.execute(
        holds.update()
        .where(holds.c.session_id == session_id, holds.c.lifted_at.is_(None))
        .values(lifted_by=actor, lifted_at=tx.now)
    )
    if not lifted.rowcount:
        return
    tx.record(HoldLifted(session_id, actor))
    held = select(stage_runs).where(stage_runs.c.session_id == session_id, stage_runs.c.status == StageStatus.HELD)
    for run in tx.rows(held.with_for_update()):
        tx.record(StageResumed(**about(run)))
        change_run(tx, run, StageStatus.READY, reason_code=None)


def make_due(tx: Transaction, session_id: SessionId, kinds: Sequence[ArtifactKind], basis: str, actor: str) -> None:
    """Make kinds due now and open their purge; where all of them are, nothing more is made of the session."""
    session = lock_session(tx, session_id, writing=True)
    tx.record(DeletionRequested(session_id, actor, tuple(kinds), basis))
    if set(kinds) >= set(ArtifactKind):
        # What a stage has in hand would come into being after its deletion was certified.
        end_for_erasure(tx, session_id, Decision(actor, basis))
    force_due(tx, session, kinds, basis)


def mark_signed(tx: Transaction, session_id: SessionId, actor: str) -> None:
    """Note the first signature, set the clocks that waited for it, and open the purge of what is due."""
    session = lock_session(tx, session_id, writing=True)
    if mark_moment(tx, session_id, RetentionTrigger.SIGNED):
        tx.record(MomentMarked(session_id, actor, RetentionTrigger.SIGNED))
        open_due_purge(tx, session)
