"""Consents: decisions are appended under the person's lock, and what they no longer cover stops at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from pipeline.adapters.database.locking import lock_persons, lock_session, participants_of
from pipeline.adapters.database.retention import force_due
from pipeline.adapters.database.rows import current_consents
from pipeline.adapters.database.runs import refuse_run
from pipeline.adapters.database.tables import artifacts, consents, participants, persons, sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import ConsentRecorded, ConsentWithdrawn, DeletionRequested
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import (
    STAGE_PURPOSES,
    WITHDRAWAL_REACHES,
    Consent,
    ConsentDecision,
    PersonRef,
    Purpose,
    require_consent,
)
from pipeline.domain.session import SessionId, Stage, StageStatus
from pipeline.errors import ConsentError, ConsentWithdrawnError, PersonUnknownError

_ENDS = {ConsentDecision.DENY, ConsentDecision.WITHDRAW}


def record_consents(tx: Transaction, given: Sequence[Consent], actor: str) -> int:
    """Append decisions; stop what a denial or withdrawal among them no longer lets run."""
    _append(tx, given, actor)
    ending = [consent for consent in given if consent.decision in _ENDS]
    for session_id in _sessions_reached(tx, ending):
        _end(tx, session_id, ending, actor)
    return tx.connection.execute(select(func.max(consents.c.rev))).scalar() or 0


def withdraw(
    tx: Transaction, person: PersonRef, purposes: Sequence[Purpose], session_id: SessionId | None, actor: str
) -> tuple[SessionId, ...]:
    """Append withdrawals, stop what runs on them, and make due what was made under them.

    Raise ``PersonUnknownError`` where there is nothing to take back: a mistyped reference would look like a withdrawal.
    """
    if not _is_known(tx, person, session_id):
        raise PersonUnknownError
    given = [_withdrawal(person, purpose, session_id, tx.now) for purpose in purposes]
    _append(tx, given, actor)
    reached = _sessions_reached(tx, given)
    for reached_id in reached:
        _end(tx, reached_id, given, actor)
    return reached


def _is_known(tx: Transaction, person: PersonRef, session_id: SessionId | None) -> bool:
    """Say whether this person takes part in the session, or is known at all where no such session is there yet."""
    here = select(sessions.c.session_id).where(sessions.c.session_id == session_id)
    bound = [] if session_id is None or not tx.rows(here) else [session_id]
    return any(
        tx.rows(
            select(table.c.person_ref)
            .where(table.c.person_ref == person, *(table.c.session_id == each for each in bound))
            .limit(1)
        )
        for table in (participants, consents)
    )


def _withdrawal(person: PersonRef, purpose: Purpose, session_id: SessionId | None, now: datetime) -> Consent:
    return Consent(person, purpose, ConsentDecision.WITHDRAW, now, session_id=session_id, method="withdrawal")


def _append(tx: Transaction, given: Sequence[Consent], actor: str) -> None:
    lock_persons(tx, [consent.person for consent in given], writing=True)
    for consent in given:
        rev = _insert(tx, consent, actor)
        person = persons.c.person_ref == consent.person
        tx.connection.execute(persons.update().where(person).values(consent_rev=rev))
        event = ConsentWithdrawn if consent.decision is ConsentDecision.WITHDRAW else ConsentRecorded
        facts = (consent.person, consent.purpose, consent.decision, rev, consent.session_id, consent.form_version)
        tx.record(event(*facts, actor))


def consent_values(tx: Transaction, consent: Consent, actor: str) -> dict[str, object]:
    """Return the decision as a row."""
    return {
        "person_ref": consent.person,
        "purpose": consent.purpose,
        "decision": consent.decision,
        "valid_from": consent.valid_from,
        "valid_to": consent.valid_to,
        "session_id": consent.session_id,
        "method": consent.method,
        "form_version": consent.form_version,
        "jurisdiction": consent.jurisdiction,
        "actor": actor,
        "recorded_at": tx.now,
    }


def _insert(tx: Transaction, consent: Consent, actor: str) -> int:
    values = consent_values(tx, consent, actor)
    rev: int = tx.connection.execute(consents.insert().values(**values).returning(consents.c.rev)).scalar_one()
    return rev


def _sessions_reached(tx: Transaction, given: Sequence[Consent]) -> tuple[SessionId, ...]:
    """Return the accepted sessions that these decisions apply to, in the order in which they are locked."""
    query = (
        select(participants.c.session_id, participants.c.person_ref)
        .join(sessions, sessions.c.session_id == participants.c.session_id)
        .where(
            participants.c.person_ref.in_({consent.person for consent in given}),
            sessions.c.accepted_at.is_not(None),
        )
    )
    bounds = {(consent.person, consent.session_id) for consent in given}
    found = [(row["person_ref"], SessionId(row["session_id"])) for row in tx.rows(query)]
    return tuple(sorted({s for person, s in found if (person, s) in bounds or (person, None) in bounds}))


def _end(tx: Transaction, session_id: SessionId, ending: Sequence[Consent], actor: str) -> None:
    session = lock_session(tx, session_id, writing=True)
    _stop_runs(tx, session_id)
    withdrawn = [c.purpose for c in ending if c.decision is ConsentDecision.WITHDRAW and _applies(c, session_id)]
    kinds = _made(tx, session_id, {kind for purpose in withdrawn for kind in WITHDRAWAL_REACHES.get(purpose, ())})
    if kinds:
        force_due(tx, session, kinds, ConsentWithdrawnError.reason_code)
        tx.record(DeletionRequested(session_id, actor, kinds, ConsentWithdrawnError.reason_code))


def _applies(consent: Consent, session_id: SessionId) -> bool:
    return consent.session_id in {None, session_id}


def _stop_runs(tx: Transaction, session_id: SessionId) -> None:
    """Refuse what is ready or running and no longer covered."""
    people = participants_of(tx, session_id)
    decisions = current_consents(tx, session_id, people)
    query = select(stage_runs).where(
        stage_runs.c.session_id == session_id,
        stage_runs.c.stage != Stage.PURGE,
        stage_runs.c.status.in_([StageStatus.READY, StageStatus.RUNNING]),
    )
    for run in tx.rows(query.with_for_update()):
        try:
            require_consent(session_id, STAGE_PURPOSES[run["stage"]], people, decisions, tx.now)
        except ConsentError as error:
            refuse_run(tx, run, error.reason_code)


def _made(tx: Transaction, session_id: SessionId, kinds: Iterable[ArtifactKind]) -> tuple[ArtifactKind, ...]:
    """Return which of the kinds the session has."""
    query = select(artifacts.c.kind).where(
        artifacts.c.session_id == session_id, artifacts.c.kind.in_(kinds), artifacts.c.deleted_at.is_(None)
    )
    return tuple(sorted({row["kind"] for row in tx.rows(query)}))
