"""Intake: a session is accepted once, with consent, under the retention policy of that moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from pipeline.adapters.database.batching import batch_that_counts
from pipeline.adapters.database.completing import keep_artifact
from pipeline.adapters.database.locking import Row, lock_persons, lock_session
from pipeline.adapters.database.retention import keep_policy, mark_moment, open_due_purge
from pipeline.adapters.database.rows import current_consents, select_session
from pipeline.adapters.database.runs import open_run
from pipeline.adapters.database.tables import participants, sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.database.waiting import let_go
from pipeline.audit.events import artifact_fact
from pipeline.audit.session_events import IntakeRefused, SessionAccepted, SessionExpected
from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.consent import INTAKE_PURPOSES, Participant, ParticipantRole, require_consent
from pipeline.domain.length import guessed_ms
from pipeline.domain.retention import RetentionPolicy, RetentionTrigger
from pipeline.domain.session import RunId, Session, SessionId, first_stage
from pipeline.errors import ConsentError, SessionConflictError


@dataclass(frozen=True, slots=True)
class Announcement:
    """A session and what it is accepted under."""

    session: Session
    participants: tuple[Participant, ...]
    policy: RetentionPolicy
    voices: int | None


def check_intake(tx: Transaction, session_id: SessionId, people: Sequence[Participant]) -> ConsentError | None:
    """Return the error that forbids keeping a recording of these people, audited, or ``None``."""
    lock_persons(tx, [person.person for person in people], writing=True)
    checked = _consent_rev(tx, session_id, people)
    return checked if isinstance(checked, ConsentError) else None


def register(tx: Transaction, announced: Announcement, recording: StoredArtifact) -> RunId | ConsentError:
    """Accept the session and open its first stage; the same session again returns the same run."""
    session_id = announced.session.session_id
    lock_persons(tx, [person.person for person in announced.participants], writing=True)
    earlier = tx.row(select_session(session_id).with_for_update(key_share=True))
    if earlier is not None and earlier["accepted_at"] is not None:
        return _same_again(tx, earlier, recording)
    rev = _consent_rev(tx, session_id, announced.participants)
    if isinstance(rev, ConsentError):
        return rev
    row = _keep(tx, announced)
    if row["accepted_at"] is not None:
        # Another process accepted it since the first look.
        return _same_again(tx, row, recording)
    return _open(tx, announced, row, recording, rev)


def expect(tx: Transaction, announced: Announcement) -> None:
    """Keep what is known of a session whose recording has not come."""
    session_id = announced.session.session_id
    lock_persons(tx, [person.person for person in announced.participants], writing=True)
    earlier = tx.row(select_session(session_id).with_for_update(key_share=True))
    if earlier is not None and earlier["accepted_at"] is not None:
        return
    _keep(tx, announced)
    tx.record(SessionExpected(session_id, len(announced.participants)))


def _consent_rev(tx: Transaction, session_id: SessionId, people: Sequence[Participant]) -> int | ConsentError:
    consents = current_consents(tx, session_id, people)
    try:
        return require_consent(session_id, INTAKE_PURPOSES, people, consents, tx.now)
    except ConsentError as error:
        purpose = error.facts.get("purpose")
        tx.record(IntakeRefused(session_id, error.reason_code, None if purpose is None else str(purpose)))
        return error


def _same_again(tx: Transaction, earlier: Row, recording: StoredArtifact) -> RunId:
    if earlier["input_sha256"] != recording.ciphertext_sha256:
        raise SessionConflictError(session_id=recording.session_id)
    query = (
        select(stage_runs.c.run_id)
        .where(
            stage_runs.c.session_id == earlier["session_id"],
            stage_runs.c.stage == first_stage(earlier["kind"]),
        )
        .order_by(stage_runs.c.generation)
    )
    return RunId(tx.rows(query)[0]["run_id"])


def session_values(announced: Announcement) -> dict[str, object]:
    """Return what an announcement says of its session, as a row."""
    session = announced.session
    return {
        "kind": session.kind,
        "note_format": session.note_format,
        "jurisdiction": session.jurisdiction,
        "submitted_at": session.submitted_at,
        "priority": session.priority,
        "voices": announced.voices,
        "expected_ms": None if session.expected_seconds is None else round(session.expected_seconds * 1000),
        "clinician_ref": session.clinician or _clinician(announced.participants),
        "batch_id": session.batch_id,
    }


def _keep(tx: Transaction, announced: Announcement) -> Row:
    """Insert the session, or bring its announcement up to date, and return its row under lock."""
    session = announced.session
    values = session_values(announced)
    tx.insert_absent(sessions, session_id=session.session_id, **values)
    row = lock_session(tx, session.session_id, writing=True)
    if row["accepted_at"] is not None:
        return row
    values["batch_id"] = batch_that_counts(tx, row, session.batch_id)
    if values["batch_id"] not in {None, session.batch_id}:
        # It was taken into a batch since it was announced.
        values["priority"] = row["priority"]
    tx.connection.execute(sessions.update().where(sessions.c.session_id == session.session_id).values(**values))
    _keep_participants(tx, announced)
    keep_policy(tx, session.session_id, announced.policy)
    return {**row, **values}


def _clinician(people: Sequence[Participant]) -> str | None:
    """Return whose turn the session takes: that of the first clinician recorded."""
    return min((p.person for p in people if p.role is ParticipantRole.CLINICIAN), default=None)


def _keep_participants(tx: Transaction, announced: Announcement) -> None:
    session_id = announced.session.session_id
    tx.connection.execute(participants.delete().where(participants.c.session_id == session_id))
    rows = {
        person.person: {"session_id": session_id, "person_ref": person.person, "role": person.role}
        for person in announced.participants
    }
    if rows:
        tx.connection.execute(participants.insert(), list(rows.values()))


def _open(tx: Transaction, announced: Announcement, row: Row, recording: StoredArtifact, rev: int) -> RunId:
    session_id = announced.session.session_id
    expected_ms = row["expected_ms"] or guessed_ms(announced.session.kind, recording.ciphertext_bytes)
    known = {"accepted_at": tx.now, "input_sha256": recording.ciphertext_sha256, "expected_ms": expected_ms}
    tx.connection.execute(sessions.update().where(sessions.c.session_id == session_id).values(**known))
    let_go(tx, session_id)
    keep_artifact(tx, recording, None)
    mark_moment(tx, session_id, RetentionTrigger.INTAKE)
    tx.record(
        SessionAccepted(
            session_id,
            announced.session.kind,
            announced.policy.policy_id,
            len(announced.participants),
            rev,
            artifact_fact(recording),
        )
    )
    run_id = _opened(open_run(tx, {**row, **known}, first_stage(announced.session.kind)))
    # An erasure asked for before the recording came takes it all the same.
    open_due_purge(tx, {**row, **known})
    return run_id


def _opened(run_id: RunId | None) -> RunId:
    if run_id is None:
        # A session is accepted once, so its first stage cannot be open already.
        raise SessionConflictError
    return run_id
