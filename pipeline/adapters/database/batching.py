"""Batches: sessions handed in together, and what of them was turned away."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, exists, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import batch_refusals, batches, sessions, uploads
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.operator_events import BatchOpened
from pipeline.domain.night import Batch, BatchId
from pipeline.domain.operating import CANCELLED
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


def refusal_stands() -> ColumnElement[bool]:
    """Say of a refusal that its batch does not wait again: no other upload is under way, or an operator ended it."""
    # Under a name of its own: where a query has sessions already, others are meant.
    session = sessions.alias()
    again = exists().where(
        session.c.session_id == batch_refusals.c.session_id,
        session.c.batch_id == batch_refusals.c.batch_id,
        uploads.c.session_id == batch_refusals.c.session_id,
        uploads.c.state.in_(UNDER_WAY),
    )
    return (batch_refusals.c.reason_code == CANCELLED) | ~again


def is_awaited() -> ColumnElement[bool]:
    """Say of a batch's session that its recording has not come and still may."""
    turned_away = exists().where(
        batch_refusals.c.batch_id == sessions.c.batch_id,
        batch_refusals.c.session_id == sessions.c.session_id,
        refusal_stands(),
    )
    return sessions.c.accepted_at.is_(None) & ~turned_away


def reasons_turned_away(tx: Transaction, session_ids: Sequence[SessionId]) -> Mapping[SessionId, str]:
    """Return why sessions whose recordings have not come were turned away from the batches they are in."""
    query = (
        select(sessions.c.session_id, batch_refusals.c.reason_code)
        .join(batch_refusals, batch_refusals.c.session_id == sessions.c.session_id)
        .where(
            sessions.c.session_id.in_(session_ids),
            sessions.c.accepted_at.is_(None),
            batch_refusals.c.batch_id == sessions.c.batch_id,
        )
    )
    return {SessionId(row["session_id"]): row["reason_code"] for row in tx.rows(query)}


def batch_that_counts(tx: Transaction, session: Row, wanted: BatchId | None) -> BatchId | None:
    """Return the batch of an announced session that comes in with ``wanted``.

    It belongs to the first batch that named it. Turned away from that, it may join another; and what an operator
    ended comes in by itself.
    """
    first: BatchId | None = session["batch_id"]
    if first is None:
        return wanted
    reason = reasons_turned_away(tx, [session["session_id"]]).get(session["session_id"])
    if reason == CANCELLED:
        return None if wanted == first else wanted
    return first if reason is None or wanted is None else wanted


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
