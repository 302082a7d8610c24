"""Objects that arrive by themselves."""

import uuid

from sqlalchemy import select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import arrivals
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import ArrivalAccepted, ArrivalRefused, ArrivalRemoved, ArrivalSeen
from pipeline.domain.session import SessionId
from pipeline.errors import ArrivalUnknownError
from pipeline.ports.arrivals import Arrival, ArrivalState


def record_arrival(tx: Transaction, bucket: str, key_digest: str, version_id: str) -> str:
    """Note an inbound object once; return its arrival id."""
    arrival_id = f"arr-{uuid.uuid4().hex}"
    named = {"bucket": bucket, "key_digest": key_digest, "version_id": version_id}
    row = {"arrival_id": arrival_id, "state": ArrivalState.SEEN, "first_seen_at": tx.now, **named}
    if tx.insert_absent(arrivals, **row):
        tx.record(ArrivalSeen(arrival_id, key_digest))
        return arrival_id
    query = select(arrivals.c.arrival_id).where(*(arrivals.c[name] == value for name, value in named.items()))
    return str(tx.connection.execute(query).scalar_one())


def settle_arrival(
    tx: Transaction, arrival_id: str, state: ArrivalState, reason_code: str | None, session_id: SessionId | None
) -> None:
    """Record what became of an inbound object, once."""
    row = tx.row(select(arrivals).where(arrivals.c.arrival_id == arrival_id).with_for_update())
    if row is None:
        raise ArrivalUnknownError(arrival_id=arrival_id)
    if row["state"] is state:
        return
    values: dict[str, object] = {"state": state}
    if state is ArrivalState.REMOVED:
        values["removed_at"] = tx.now
    else:
        values |= {"reason_code": reason_code, "session_id": session_id}
    tx.connection.execute(arrivals.update().where(arrivals.c.arrival_id == arrival_id).values(**values))
    _record(tx, arrival_id, state, reason_code or "", session_id)


def found_arrivals(tx: Transaction, state: ArrivalState | None, limit: int) -> tuple[Arrival, ...]:
    """Return arrivals, oldest first."""
    query = select(arrivals).order_by(arrivals.c.first_seen_at, arrivals.c.arrival_id).limit(limit)
    return tuple(_arrival(row) for row in tx.rows(query if state is None else query.where(arrivals.c.state == state)))


def _record(
    tx: Transaction, arrival_id: str, state: ArrivalState, reason_code: str, session_id: SessionId | None
) -> None:
    if state is ArrivalState.ACCEPTED:
        tx.record(ArrivalAccepted(arrival_id, session_id))
    elif state is ArrivalState.REFUSED:
        tx.record(ArrivalRefused(arrival_id, reason_code, session_id))
    elif state is ArrivalState.REMOVED:
        tx.record(ArrivalRemoved(arrival_id))


def _arrival(row: Row) -> Arrival:
    return Arrival(
        row["arrival_id"],
        row["bucket"],
        row["key_digest"],
        row["version_id"],
        row["state"],
        row["reason_code"],
        row["session_id"],
        row["first_seen_at"],
        row["removed_at"],
    )
