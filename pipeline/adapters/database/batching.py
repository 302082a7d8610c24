"""Batches: sessions handed in together, and what of them was turned away."""

from sqlalchemy import select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import batch_refusals, batches, sessions, uploads
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.operator_events import BatchOpened
from pipeline.domain.night import Batch, BatchId
from pipeline.domain.session import SessionId
from pipeline.errors import BatchUnknownError
from pipeline.ports.uploads import UNDER_WAY


def open_batch(tx: Transaction, batch: Batch) -> Batch:
    """Keep a batch, or return the one that the same manifest opened."""
    values = {
        "batch_id": batch.batch_id,
        "label": batch.label,
        "deadline": batch.deadline,
        "submitted_by": batch.submitted_by,
        "created_at": tx.now,
        "manifest_sha256": batch.manifest_sha256,
    }
    if tx.insert_absent(batches, **values):
        tx.record(BatchOpened(batch.batch_id, batch.label, batch.submitted_by))
        return batch_of(values)
    same = batches.c.manifest_sha256 == batch.manifest_sha256
    earlier = tx.row(select(batches).where(same | (batches.c.batch_id == batch.batch_id)))
    return batch_of(values if earlier is None else earlier)


def batch(tx: Transaction, batch_id: BatchId) -> Batch:
    """Return one batch."""
    row = tx.row(select(batches).where(batches.c.batch_id == batch_id))
    if row is None:
        raise BatchUnknownError(batch_id=batch_id)
    return batch_of(row)


def newest_batches(tx: Transaction, limit: int) -> tuple[Batch, ...]:
    """Return the newest batches first."""
    query = select(batches).order_by(batches.c.created_at.desc(), batches.c.batch_id).limit(limit)
    return tuple(batch_of(row) for row in tx.rows(query))


def note_refusal(
    tx: Transaction, batch_id: BatchId, session_id: SessionId, clinician: str | None, reason_code: str
) -> None:
    """Note that intake turned a session away; the latest reason counts."""
    known = {"clinician_ref": clinician, "reason_code": reason_code, "refused_at": tx.now}
    if not tx.insert_absent(batch_refusals, batch_id=batch_id, session_id=session_id, **known):
        mine = (batch_refusals.c.batch_id == batch_id, batch_refusals.c.session_id == session_id)
        tx.connection.execute(batch_refusals.update().where(*mine).values(**known))


def note_not_come(tx: Transaction, session_id: SessionId, reason_code: str) -> None:
    """Note that a session's last upload is over and its batch need not wait for it; a recording that comes counts."""
    session = tx.row(select(sessions).where(sessions.c.session_id == session_id))
    if session is None or session["batch_id"] is None or session["accepted_at"] is not None:
        return
    others = select(uploads.c.upload_id).where(uploads.c.session_id == session_id, uploads.c.state.in_(UNDER_WAY))
    if not tx.rows(others.limit(1)):
        note_refusal(tx, session["batch_id"], session_id, session["clinician_ref"], reason_code)


def await_again(tx: Transaction, session: Row) -> None:
    """Let a batch wait for a session once more: an upload for it was opened."""
    mine = (batch_refusals.c.batch_id == session["batch_id"], batch_refusals.c.session_id == session["session_id"])
    tx.connection.execute(batch_refusals.delete().where(*mine))


def batch_of(row: Row) -> Batch:
    """Return the row as a value."""
    return Batch(
        BatchId(row["batch_id"]),
        row["label"],
        row["submitted_by"],
        row["deadline"],
        row["manifest_sha256"],
        row["created_at"],
    )
