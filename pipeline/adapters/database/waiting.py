"""Vocabularies that wait for their recordings, on SQL."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from pipeline.adapters.database.admitting import check_people
from pipeline.adapters.database.completing import key_values
from pipeline.adapters.database.locking import is_held, lock_persons, lock_session, participants_of
from pipeline.adapters.database.rows import current_consents, key_of
from pipeline.adapters.database.tables import data_keys, participants, waiting_vocabularies
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.session_events import VocabularyEnded, VocabularyReceived
from pipeline.domain.artifact import ArtifactKind, ObjectKey, StoredArtifact
from pipeline.domain.consent import INTAKE_PURPOSES, Participant, PersonRef, require_consent
from pipeline.domain.session import SessionId, SessionKind
from pipeline.errors import ConsentError, LegalHoldError, RecordingNotComeError, SessionConflictError

_PAGE = 500


class SqlVocabularies:
    """Where vocabularies wait; what a transaction refuses is raised once its audit entries are committed."""

    database: Database

    def check_vocabulary(self, session_id: SessionId) -> None:
        """Raise what forbids keeping one."""
        self.database.write(lambda tx: _check(tx, session_id))

    def keep_vocabulary(self, place: StoredArtifact, actor: str) -> StoredArtifact | None:
        """Keep where the session's vocabulary lies; return what it replaces."""
        return self.database.write(lambda tx: _keep(tx, place, actor))

    def drop_vocabulary(self, session_id: SessionId, reason_code: str | None, actor: str) -> StoredArtifact | None:
        """Let the vocabulary wait no more; return where it lay."""
        dropped = self.database.write(lambda tx: _drop(tx, session_id, reason_code, actor))
        if dropped is not None:
            self.database.forget_overwritten()
        return dropped

    def stale_vocabularies(self, lasts: timedelta) -> Sequence[tuple[SessionId, str]]:
        """Return the sessions whose vocabulary has waited for too long or is without consent."""
        return self.database.read(lambda tx: list(_stale(tx, lasts)))

    def waiting_vocabulary(self, session_id: SessionId) -> StoredArtifact | None:
        """Return the recording-to-be that the session's vocabulary lies beside."""
        return self.database.read(lambda tx: _waiting(tx, session_id))


def let_go(tx: Transaction, session_id: SessionId) -> StoredArtifact | None:
    """Destroy the key of a vocabulary that waits, and forget where it lies; return that."""
    place = _waiting(tx, session_id)
    if place is not None:
        mine = data_keys.c.key_id == place.data_key.key_id
        tx.connection.execute(data_keys.update().where(mine).values(wrapped=None, destroyed_at=tx.now))
    forget(tx, session_id)
    return place


def forget(tx: Transaction, session_id: SessionId) -> None:
    """Forget where a vocabulary lay; its key is destroyed already."""
    tx.connection.execute(waiting_vocabularies.delete().where(waiting_vocabularies.c.session_id == session_id))


def _check(tx: Transaction, session_id: SessionId) -> None:
    people = participants_of(tx, session_id)
    lock_persons(tx, [person.person for person in people], writing=False)
    session = lock_session(tx, session_id, writing=True)
    if session["accepted_at"] is not None or session["kind"] is SessionKind.IMPORTED:
        raise SessionConflictError(session_id=session_id)
    require_consent(session_id, INTAKE_PURPOSES, people, current_consents(tx, session_id, people), tx.now)


def _keep(tx: Transaction, place: StoredArtifact, actor: str) -> StoredArtifact | None:
    session_id = place.session_id
    _check(tx, session_id)
    earlier = _let_go_unheld(tx, session_id)
    tx.connection.execute(data_keys.insert().values(**key_values(tx, place)))
    row = {"session_id": session_id, "object_key": place.object_key, "key_id": place.data_key.key_id}
    tx.connection.execute(waiting_vocabularies.insert().values(**row, kept_at=tx.now))
    tx.record(VocabularyReceived(session_id, actor))
    return earlier


def _drop(tx: Transaction, session_id: SessionId, reason_code: str | None, actor: str) -> StoredArtifact | None:
    lock_session(tx, session_id, writing=True)
    dropped = _let_go_unheld(tx, session_id)
    if dropped is not None:
        tx.record(VocabularyEnded(session_id, reason_code, actor))
    return dropped


def _let_go_unheld(tx: Transaction, session_id: SessionId) -> StoredArtifact | None:
    if is_held(tx, session_id) and _waiting(tx, session_id) is not None:
        raise LegalHoldError(session_id=session_id)
    return let_go(tx, session_id)


def _waiting(tx: Transaction, session_id: SessionId) -> StoredArtifact | None:
    """Return the place, unless a purge has destroyed its key."""
    query = (
        select(waiting_vocabularies.c.object_key, data_keys)
        .join(data_keys, data_keys.c.key_id == waiting_vocabularies.c.key_id)
        .where(waiting_vocabularies.c.session_id == session_id, data_keys.c.destroyed_at.is_(None))
    )
    row = tx.row(query)
    if row is None:
        return None
    return StoredArtifact(session_id, ArtifactKind.RECORDING, 0, ObjectKey(row["object_key"]), key_of(row), "", 0)


def _stale(tx: Transaction, lasts: timedelta) -> Iterator[tuple[SessionId, str]]:
    query = select(waiting_vocabularies.c.session_id, waiting_vocabularies.c.kept_at)
    since = {SessionId(row["session_id"]): row["kept_at"] for row in tx.rows(query)}
    ids = sorted(since)
    for some in (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE)):
        for session_id, checked in check_people(tx, _people(tx, some)).items():
            if isinstance(checked, ConsentError):
                yield session_id, checked.reason_code
            elif since[session_id] + lasts <= tx.now:
                yield session_id, RecordingNotComeError.reason_code


def _people(tx: Transaction, ids: Sequence[SessionId]) -> dict[SessionId, list[Participant]]:
    found: dict[SessionId, list[Participant]] = {session_id: [] for session_id in ids}
    for row in tx.rows(select(participants).where(participants.c.session_id.in_(ids))):
        found[SessionId(row["session_id"])].append(Participant(PersonRef(row["person_ref"]), row["role"]))
    return found
