"""Sessions that came in one by one, gathered into a batch: all of them, or none and every reason why not."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import select

from pipeline.adapters.database.admitting import check_people
from pipeline.adapters.database.batching import open_batch, reasons_turned_away
from pipeline.adapters.database.locking import Row, lock_persons
from pipeline.adapters.database.reordering import change_priorities
from pipeline.adapters.database.tables import participants, sessions, stage_runs, uploads
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.operator_events import SessionBatched
from pipeline.domain.consent import Participant, PersonRef
from pipeline.domain.night import Batch
from pipeline.domain.operating import Decision
from pipeline.domain.session import SessionId
from pipeline.errors import (
    BatchInvalidError,
    ConsentError,
    PipelineError,
    RecordingNotComeError,
    RowProblem,
    SessionInBatchError,
    SessionTwiceError,
    SessionUnknownError,
    UploadClosedError,
    UploadUnknownError,
)
from pipeline.ports.bulk import NamedSession
from pipeline.ports.uploads import UploadId, UploadState

T = TypeVar("T")

#: A statement takes so many values on every database.
_AT_ONCE = 1000


def gather(tx: Transaction, batch: Batch, named: Sequence[NamedSession], actor: str) -> Batch:
    """Open the batch and take every session into it; raise ``BatchInvalidError`` where any cannot be."""
    kept = open_batch(tx, batch)
    if kept.batch_id != batch.batch_id:
        return kept
    found, wrong = _look(tx, named)
    if wrong:
        raise BatchInvalidError(wrong)
    _take(tx, batch, found)
    changed: dict[SessionId, int] = {}
    for row, session in found:
        session_id = SessionId(session["session_id"])
        priority = session["priority"] if row.priority is None else row.priority
        if priority != session["priority"]:
            changed[session_id] = priority
        tx.record(SessionBatched(actor, batch.batch_id, session_id, priority))
    change_priorities(tx, changed, Decision(actor, batch.batch_id))
    return kept


def find_wrong(tx: Transaction, named: Sequence[NamedSession]) -> Sequence[RowProblem]:
    """Return everything that is wrong."""
    return _look(tx, named)[1]


def _look(tx: Transaction, named: Sequence[NamedSession]) -> tuple[list[tuple[NamedSession, Row]], list[RowProblem]]:
    """Lock the sessions that are meant; return them, and what is wrong with any row."""
    tickets = {row["upload_id"]: row for row in _rows_of(tx, {each.upload_id for each in named if each.upload_id})}
    meant = {each: _session_meant(each, tickets) for each in named}
    known = _lock(tx, {session_id for session_id in meant.values() if session_id is not None})
    free = _turned_away(tx, known)
    refused = {session_id: error for session_id, error in _consents(tx, known).items() if error is not None}
    times = Counter(meant.values())
    found: list[tuple[NamedSession, Row]] = []
    wrong: list[RowProblem] = []
    for each, session_id in meant.items():
        session = None if session_id is None else known.get(session_id)
        error = _ticket_wrong(tx, each, tickets) or _wrong(each, session, free)
        if error is None and session_id is not None:
            error = SessionTwiceError if times[session_id] > 1 else refused.get(session_id)
        if error is not None:
            wrong.append(RowProblem(each.row, error.reason_code, "upload_id" if each.upload_id else "session_id"))
        elif session is not None:
            found.append((each, session))
    return found, wrong


def _session_meant(each: NamedSession, tickets: Mapping[UploadId, Row]) -> SessionId | None:
    if each.upload_id is None:
        return each.session_id
    ticket = tickets.get(each.upload_id)
    return None if ticket is None else SessionId(ticket["session_id"])


def _ticket_wrong(tx: Transaction, each: NamedSession, tickets: Mapping[UploadId, Row]) -> type[PipelineError] | None:
    if each.upload_id is None:
        return None
    ticket = tickets.get(each.upload_id)
    if ticket is None:
        return UploadUnknownError
    expired = ticket["state"] is UploadState.OPEN and ticket["ends_at"] <= tx.now
    return UploadClosedError if expired or ticket["state"] is UploadState.ABANDONED else None


def _wrong(each: NamedSession, session: Row | None, free: Collection[SessionId]) -> type[PipelineError] | None:
    if session is None:
        return SessionUnknownError
    if session["batch_id"] is not None and session["session_id"] not in free:
        return SessionInBatchError
    if session["accepted_at"] is None and each.upload_id is None:
        return RecordingNotComeError
    return None


def _turned_away(tx: Transaction, ids: Collection[SessionId]) -> set[SessionId]:
    """Return those that the batches they are in do not wait for."""
    return {session_id for some in _chunks(sorted(ids)) for session_id in reasons_turned_away(tx, some)}


def _rows_of(tx: Transaction, upload_ids: Collection[UploadId]) -> Iterator[Row]:
    for some in _chunks(sorted(upload_ids)):
        yield from tx.rows(select(uploads).where(uploads.c.upload_id.in_(some)))


def _lock(tx: Transaction, ids: Collection[SessionId]) -> dict[SessionId, Row]:
    """Lock everybody who is recorded, then the sessions, each in the one order; return the sessions."""
    for some in _chunks(sorted({person.person for people in _people(tx, ids).values() for person in people})):
        lock_persons(tx, some, writing=False)
    known: dict[SessionId, Row] = {}
    for those in _chunks(sorted(ids)):
        query = select(sessions).where(sessions.c.session_id.in_(those)).order_by(sessions.c.session_id)
        known.update({SessionId(row["session_id"]): row for row in tx.rows(query.with_for_update(key_share=True))})
    return known


def _people(tx: Transaction, ids: Collection[SessionId]) -> dict[SessionId, list[Participant]]:
    found: defaultdict[SessionId, list[Participant]] = defaultdict(list)
    for some in _chunks(sorted(ids)):
        for row in tx.rows(select(participants).where(participants.c.session_id.in_(some))):
            found[SessionId(row["session_id"])].append(Participant(PersonRef(row["person_ref"]), row["role"]))
    return found


def _consents(tx: Transaction, ids: Collection[SessionId]) -> dict[SessionId, type[PipelineError] | None]:
    people = _people(tx, ids)
    found: dict[SessionId, type[PipelineError] | None] = {}
    for some in _chunks(sorted(ids)):
        for session_id, checked in check_people(tx, {each: people.get(each, []) for each in some}).items():
            found[session_id] = type(checked) if isinstance(checked, ConsentError) else None
    return found


def _take(tx: Transaction, batch: Batch, found: Sequence[tuple[NamedSession, Row]]) -> None:
    for some in _chunks(sorted(session["session_id"] for _, session in found)):
        for table in (sessions, stage_runs):
            update = table.update().where(table.c.session_id.in_(some))
            tx.connection.execute(update.values(batch_id=batch.batch_id))


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
