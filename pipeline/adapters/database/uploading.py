"""Uploads in parts, on SQL: consent is asked under lock whenever a part begins, is kept, and when all are joined."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from pipeline.adapters.database.batching import note_not_come
from pipeline.adapters.database.intake import Announcement, register
from pipeline.adapters.database.locking import Row, lock_persons, lock_session, participants_of
from pipeline.adapters.database.rows import current_consents
from pipeline.adapters.database.tables import upload_parts, uploads
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import UploadCompleted, UploadEnded, UploadOpened
from pipeline.domain.artifact import ArtifactKind, DataKey, KeyId, ObjectKey, StoredArtifact
from pipeline.domain.consent import INTAKE_PURPOSES, require_consent
from pipeline.domain.session import RunId, SessionId
from pipeline.errors import (
    ConsentError,
    RecordingNotComeError,
    RefusedError,
    SessionConflictError,
    TicketVoidError,
    UploadBusyError,
    UploadClosedError,
    UploadExpiredError,
    UploadIncompleteError,
    UploadOffsetError,
    UploadUnknownError,
)
from pipeline.ports.uploads import UNDER_WAY, CompletionTurn, PartTurn, Ticket, Upload, UploadId, UploadState

#: A process that joined parts for so long has died.
_JOINING_AT_MOST = timedelta(minutes=30)


def open_upload(tx: Transaction, ticket: Ticket, lasts: timedelta, actor: str) -> Upload | ConsentError:
    """Hand out a ticket for an announced session, or return the refusal."""
    rev = _consent_rev(tx, ticket.session_id)
    if isinstance(rev, ConsentError):
        return rev
    session = lock_session(tx, ticket.session_id, writing=False)
    if session["accepted_at"] is not None:
        raise SessionConflictError(session_id=ticket.session_id)
    upload_id = UploadId(f"upl-{uuid.uuid4().hex}")
    row = {
        "upload_id": upload_id,
        "session_id": ticket.session_id,
        "consent_rev": rev,
        "size_bytes": ticket.size_bytes,
        "sha256": ticket.sha256,
        "received_bytes": 0,
        "tries": 0,
        "state": UploadState.OPEN,
        "opened_by": actor,
        "opened_at": tx.now,
        "ends_at": tx.now + lasts,
    }
    tx.connection.execute(uploads.insert().values(**row))
    tx.record(UploadOpened(upload_id, ticket.session_id, ticket.size_bytes, rev, actor))
    return _upload({**row, "reason_code": None})


def find(tx: Transaction, upload_id: UploadId) -> Upload:
    """Return an upload."""
    return _upload(_row(tx, upload_id, locked=False))


def begin_part(tx: Transaction, upload_id: UploadId, offset: int) -> PartTurn | RefusedError:
    """Let a part be tried, under a number of its own."""
    row = _open_row(tx, upload_id)
    if offset != row["received_bytes"]:
        raise UploadOffsetError(upload_id=upload_id, offset=row["received_bytes"])
    refusal = _ended_by_consent(tx, row)
    if refusal is not None:
        return refusal
    number = row["tries"] + 1
    _change(tx, upload_id, tries=number)
    return PartTurn(row["session_id"], number, row["size_bytes"] - row["received_bytes"], _key(row))


def keep_part(
    tx: Transaction, upload_id: UploadId, offset: int, size_bytes: int, stored: StoredArtifact
) -> Upload | RefusedError:
    """Keep a part where nothing came before it at this offset."""
    row = _open_row(tx, upload_id)
    if offset != row["received_bytes"] or row["key_id"] not in {None, stored.data_key.key_id}:
        raise UploadOffsetError(upload_id=upload_id, offset=row["received_bytes"])
    refusal = _ended_by_consent(tx, row)
    if refusal is not None:
        return refusal
    tx.connection.execute(
        upload_parts.insert().values(
            upload_id=upload_id,
            part_offset=offset,
            number=stored.attempt,
            object_key=stored.object_key,
            ciphertext_sha256=stored.ciphertext_sha256,
            ciphertext_bytes=stored.ciphertext_bytes,
        )
    )
    key = stored.data_key
    values = {
        "received_bytes": offset + size_bytes,
        "key_id": key.key_id,
        "wrapped": key.wrapped,
        "wrapping_key_id": key.wrapping_key_id,
    }
    _change(tx, upload_id, **values)
    return _upload({**row, **values})


def begin_completion(tx: Transaction, upload_id: UploadId) -> CompletionTurn | RefusedError | None:
    """Return the parts in order, for one caller at a time; ``None`` where it is completed already."""
    row = _row(tx, upload_id)
    if row["state"] is UploadState.COMPLETED:
        return None
    if row["state"] is UploadState.ABANDONED:
        raise UploadClosedError(upload_id=upload_id)
    if _is_being_completed(tx, row):
        raise UploadBusyError(upload_id=upload_id)
    if row["received_bytes"] < row["size_bytes"]:
        raise UploadIncompleteError(upload_id=upload_id, offset=row["received_bytes"])
    refusal = _ended_by_consent(tx, row)
    if refusal is not None:
        return refusal
    number = row["tries"] + 1
    _change(tx, upload_id, state=UploadState.COMPLETING, completing_since=tx.now, tries=number)
    return CompletionTurn(parts_of(tx, row), number)


def accept(
    tx: Transaction, upload_id: UploadId, announced: Announcement, recording: StoredArtifact, actor: str
) -> RunId | RefusedError:
    """Accept the session whose recording lies in the upload's parts, and give their key to it."""
    row = _row(tx, upload_id)
    key = _key(row)
    if row["state"] is not UploadState.COMPLETING or key is None:
        raise UploadClosedError(upload_id=upload_id)
    lock_persons(tx, [person.person for person in announced.participants], writing=True)
    refusal = _ended_by_consent(tx, row)
    if refusal is not None:
        return refusal
    # The key may have been wrapped anew since the parts were read.
    outcome = register(tx, announced, replace(recording, data_key=key))
    if not isinstance(outcome, ConsentError):
        tx.record(UploadCompleted(upload_id, row["session_id"], row["received_bytes"], actor))
        # Its one copy is the session's from now on, to be destroyed and wrapped anew with it.
        _change(tx, upload_id, state=UploadState.COMPLETED, reason_code=None, sha256=None, wrapped=None)
    return outcome


def settle(tx: Transaction, upload_id: UploadId, state: UploadState, reason_code: str | None, actor: str) -> None:
    """Note what became of an upload; what is over stays over."""
    row = _row(tx, upload_id)
    if row["state"] not in UNDER_WAY:
        return
    if state is UploadState.COMPLETED:
        tx.record(UploadCompleted(upload_id, row["session_id"], row["received_bytes"], actor))
    elif state is UploadState.ABANDONED:
        end_upload(tx, row, reason_code, actor)
        return
    _change(tx, upload_id, state=state, reason_code=reason_code, **({} if state in UNDER_WAY else {"sha256": None}))


def end_stale(tx: Transaction) -> None:
    """End the uploads whose time is up, and those whose consent is not what it was."""
    under_way = select(uploads.c.upload_id).where(uploads.c.state.in_(UNDER_WAY))
    for found in tx.rows(under_way.order_by(uploads.c.upload_id)):
        row = _row(tx, UploadId(found["upload_id"]))
        if row["state"] not in UNDER_WAY or _is_being_completed(tx, row):
            continue
        if row["ends_at"] <= tx.now:
            end_upload(tx, row, UploadExpiredError.reason_code, "sweep")
        else:
            _ended_by_consent(tx, row)


def lock_uploads(tx: Transaction, session_id: SessionId) -> Sequence[Row]:
    """Lock and return the uploads for a session that are under way."""
    query = select(uploads).where(uploads.c.session_id == session_id, uploads.c.state.in_(UNDER_WAY))
    return tx.rows(query.order_by(uploads.c.upload_id).with_for_update())


def end_upload(tx: Transaction, row: Row, reason_code: str | None, actor: str) -> None:
    """End an upload that is under way; with the last one for its session, the session's batch waits no more."""
    _change(tx, row["upload_id"], state=UploadState.ABANDONED, reason_code=reason_code, sha256=None)
    tx.record(UploadEnded(row["upload_id"], row["session_id"], row["received_bytes"], reason_code, actor))
    note_not_come(tx, row["session_id"], reason_code or RecordingNotComeError.reason_code)


def leftovers(tx: Transaction) -> Sequence[tuple[UploadId, StoredArtifact]]:
    """Return the stored parts of uploads that are over."""
    over = tx.rows(select(uploads).where(uploads.c.state.not_in(UNDER_WAY), uploads.c.wrapped.is_not(None)))
    return [(UploadId(row["upload_id"]), part) for row in over for part in parts_of(tx, row)]


def forget_part(tx: Transaction, upload_id: UploadId, stored: StoredArtifact) -> None:
    """Forget a part whose bytes are deleted, and with the last of them the key."""
    mine = upload_parts.c.upload_id == upload_id
    tx.connection.execute(upload_parts.delete().where(mine, upload_parts.c.object_key == stored.object_key))
    if not tx.rows(select(upload_parts.c.number).where(mine).limit(1)):
        _change(tx, upload_id, wrapped=None)


def parts_of(tx: Transaction, row: Row) -> tuple[StoredArtifact, ...]:
    """Return an upload's stored parts in order."""
    key = _key(row)
    if key is None:
        return ()
    query = select(upload_parts).where(upload_parts.c.upload_id == row["upload_id"])
    return tuple(
        StoredArtifact(
            SessionId(row["session_id"]),
            ArtifactKind.RECORDING,
            part["number"],
            ObjectKey(part["object_key"]),
            key,
            part["ciphertext_sha256"],
            part["ciphertext_bytes"],
        )
        for part in tx.rows(query.order_by(upload_parts.c.part_offset))
    )


def _consent_rev(tx: Transaction, session_id: SessionId) -> int | ConsentError:
    people = participants_of(tx, session_id)
    lock_persons(tx, [person.person for person in people], writing=False)
    try:
        return require_consent(session_id, INTAKE_PURPOSES, people, current_consents(tx, session_id, people), tx.now)
    except ConsentError as error:
        return error


def _ended_by_consent(tx: Transaction, row: Row) -> RefusedError | None:
    """End an upload that consent does not cover as it did when its ticket was handed out; return the refusal."""
    rev = _consent_rev(tx, row["session_id"])
    if rev == row["consent_rev"]:
        return None
    refusal = rev if isinstance(rev, ConsentError) else TicketVoidError(upload_id=row["upload_id"])
    end_upload(tx, row, refusal.reason_code, "consent")
    return refusal


def _is_being_completed(tx: Transaction, row: Row) -> bool:
    """Say whether a process that may still live completes it."""
    return row["state"] is UploadState.COMPLETING and tx.now - row["completing_since"] < _JOINING_AT_MOST


def _open_row(tx: Transaction, upload_id: UploadId) -> Row:
    row = _row(tx, upload_id)
    if row["state"] is not UploadState.OPEN or row["ends_at"] <= tx.now:
        raise UploadClosedError(upload_id=upload_id)
    return row


def _row(tx: Transaction, upload_id: UploadId, *, locked: bool = True) -> Row:
    query = select(uploads).where(uploads.c.upload_id == upload_id)
    found = tx.row(query.with_for_update() if locked else query)
    if found is None:
        raise UploadUnknownError
    return found


def _change(tx: Transaction, upload_id: UploadId, **values: object) -> None:
    tx.connection.execute(uploads.update().where(uploads.c.upload_id == upload_id).values(**values))


def _key(row: Row) -> DataKey | None:
    if row["wrapped"] is None:
        return None
    return DataKey(KeyId(row["key_id"]), row["wrapped"], row["wrapping_key_id"])


def _upload(row: Row) -> Upload:
    return Upload(
        UploadId(row["upload_id"]),
        Ticket(SessionId(row["session_id"]), row["size_bytes"], row["sha256"]),
        row["consent_rev"],
        row["received_bytes"],
        row["state"],
        row["ends_at"],
        row["reason_code"],
    )
