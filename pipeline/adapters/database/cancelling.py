"""Cancelling: what a person ended stays ended, and its recording stays under its clocks."""

from collections.abc import Sequence

from sqlalchemy import select

from pipeline.adapters.database.batching import is_awaited, note_refusal
from pipeline.adapters.database.locking import Row, lock_session
from pipeline.adapters.database.runs import about, change_run
from pipeline.adapters.database.tables import sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.database.uploading import end_upload, lock_uploads
from pipeline.audit.operator_events import SessionCancelled
from pipeline.audit.stage_events import StageCancelled
from pipeline.domain.night import BatchId
from pipeline.domain.operating import CANCELLED, ENDED_BADLY, Decision
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus
from pipeline.errors import OperationConflictError, RunUnknownError

DISCARDED = "run_discarded"
ERASED = "erasure_requested"
_UNDER_WAY = (StageStatus.READY, StageStatus.RUNNING)


def cancel_session(tx: Transaction, session_id: SessionId, decision: Decision) -> tuple[RunId, ...]:
    """End what is ready, runs or is awaited; raise where nothing is."""
    # An upload is locked before its session, as where it is accepted.
    under_way = lock_uploads(tx, session_id)
    session = lock_session(tx, session_id, writing=True)
    if session["accepted_at"] is None and (under_way or _batch_waits(tx, session_id)):
        _end_waiting(tx, session, under_way, decision)
        return ()
    ended = _cancel(tx, session_id, decision)
    if not ended:
        raise OperationConflictError(session_id=session_id, state="nothing ready, running or awaited")
    return ended


def cancel_if_open(tx: Transaction, session_id: SessionId, decision: Decision) -> bool:
    """End what is ready or runs, if anything is; say whether it was."""
    return bool(_cancel(tx, session_id, decision))


def end_for_erasure(tx: Transaction, session_id: SessionId, decision: Decision) -> None:
    """End what is ready or runs of a session that is to be deleted whole; its deletion goes on."""
    for run in _under_way(tx, session_id):
        _end(tx, run, ERASED, decision)


def sessions_under_way(tx: Transaction, batch_id: BatchId) -> tuple[SessionId, ...]:
    """Return the sessions of a batch with something ready or running."""
    query = (
        select(stage_runs.c.session_id)
        .where(
            stage_runs.c.batch_id == batch_id,
            stage_runs.c.stage != Stage.PURGE,
            stage_runs.c.status.in_(_UNDER_WAY),
        )
        .distinct()
        .order_by(stage_runs.c.session_id)
    )
    return tuple(SessionId(row["session_id"]) for row in tx.rows(query))


def sessions_awaited(tx: Transaction, batch_id: BatchId) -> tuple[SessionId, ...]:
    """Return the sessions that a batch waits for."""
    query = select(sessions.c.session_id).where(sessions.c.batch_id == batch_id, is_awaited())
    return tuple(SessionId(row["session_id"]) for row in tx.rows(query.order_by(sessions.c.session_id)))


def await_no_more(tx: Transaction, session_id: SessionId, batch_id: BatchId, decision: Decision) -> bool:
    """End a session's uploads and let its batch wait for it no more; say whether anything was ended.

    What came since the batch was looked at is cancelled; what left the batch since is let alone.
    """
    # An upload is locked before its session, as where it is accepted.
    under_way = lock_uploads(tx, session_id)
    session = lock_session(tx, session_id, writing=True)
    if session["batch_id"] != batch_id:
        return False
    if session["accepted_at"] is not None:
        return cancel_if_open(tx, session_id, decision)
    _end_waiting(tx, session, under_way, decision)
    return True


def discard(tx: Transaction, run_id: RunId, decision: Decision) -> None:
    """Set a run that ended badly aside; what is due for deletion is never set aside."""
    run = lock_run(tx, run_id)
    if run["status"] not in ENDED_BADLY or run["stage"] is Stage.PURGE:
        raise OperationConflictError(run_id=run_id, state=str(run["status"]))
    _end(tx, run, DISCARDED, decision)


def lock_run(tx: Transaction, run_id: RunId) -> Row:
    """Lock a run and its session; raise ``RunUnknownError``."""
    known = tx.row(select(stage_runs).where(stage_runs.c.run_id == run_id))
    if known is None:
        raise RunUnknownError(run_id=run_id)
    lock_session(tx, known["session_id"], writing=True)
    run = tx.row(select(stage_runs).where(stage_runs.c.run_id == run_id).with_for_update())
    return known if run is None else run


def _batch_waits(tx: Transaction, session_id: SessionId) -> bool:
    query = select(sessions.c.session_id).where(sessions.c.session_id == session_id, sessions.c.batch_id.is_not(None))
    return tx.row(query.where(is_awaited())) is not None


def _end_waiting(tx: Transaction, session: Row, under_way: Sequence[Row], decision: Decision) -> None:
    """End the uploads for a session that has not come, and have its batch, if it is in one, wait for it no more."""
    for upload in under_way:
        end_upload(tx, upload, CANCELLED, decision.actor)
    session_id = SessionId(session["session_id"])
    if session["batch_id"] is not None:
        note_refusal(tx, session["batch_id"], session_id, session["clinician_ref"], CANCELLED)
    tx.record(SessionCancelled(decision.actor, decision.reason, session_id, 0))


def _cancel(tx: Transaction, session_id: SessionId, decision: Decision) -> tuple[RunId, ...]:
    lock_session(tx, session_id, writing=True)
    runs = _under_way(tx, session_id)
    for run in runs:
        _end(tx, run, CANCELLED, decision)
    if runs:
        tx.record(SessionCancelled(decision.actor, decision.reason, session_id, len(runs)))
    return tuple(RunId(run["run_id"]) for run in runs)


def _under_way(tx: Transaction, session_id: SessionId) -> Sequence[Row]:
    """Lock and return what is ready or runs of a session, deletion apart."""
    query = select(stage_runs).where(
        stage_runs.c.session_id == session_id, stage_runs.c.status.in_(_UNDER_WAY), stage_runs.c.stage != Stage.PURGE
    )
    return tx.rows(query.with_for_update())


def _end(tx: Transaction, run: Row, reason_code: str, decision: Decision) -> None:
    """End a run and move the fence past whoever works on it."""
    why = {"actor": decision.actor, "reason": decision.reason}
    tx.record(StageCancelled(**{**about(run), **why}, reason_code=reason_code))
    change_run(tx, run, StageStatus.CANCELLED, reason_code=reason_code, attempt=run["attempt"] + 1)
