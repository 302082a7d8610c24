"""Consents of many new sessions at once: recorded, then held against what intake asks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, func, select

from pipeline.adapters.database.consenting import consent_values
from pipeline.adapters.database.locking import lock_persons
from pipeline.adapters.database.rows import consent_of
from pipeline.adapters.database.tables import consents, persons, sessions
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import ConsentRecorded, IntakeRefused
from pipeline.domain.consent import (
    INTAKE_PURPOSES,
    Consent,
    ConsentDecision,
    Participant,
    PersonRef,
    Purpose,
    require_consent,
)
from pipeline.domain.session import SessionId
from pipeline.errors import ConsentError
from pipeline.ports.bulk import Candidate


def admit_all(tx: Transaction, candidates: Sequence[Candidate], actor: str) -> list[bool | ConsentError | None]:
    """Record the consents of new sessions and say which may be kept; ``False``: nothing in it is new."""
    lock_everyone(tx, candidates)
    new = only_new(tx, candidates)
    _record(tx, [consent for candidate in new.values() for consent in candidate.consents], actor)
    checked = check_all(tx, list(new.values()))
    old = [candidate for candidate in candidates if candidate.session.session_id not in new]
    said = _recorded_already(tx, old)
    answers: list[bool | ConsentError | None] = []
    for candidate in candidates:
        session_id = candidate.session.session_id
        found = checked.get(session_id, False if session_id in said else None)
        answers.append(True if isinstance(found, int) and found is not False else found)
    return answers


def lock_everyone(tx: Transaction, candidates: Sequence[Candidate]) -> None:
    """Lock all the people of all the sessions, in the one order."""
    lock_persons(tx, [person.person for candidate in candidates for person in candidate.participants], writing=True)


def only_new(tx: Transaction, candidates: Sequence[Candidate]) -> dict[SessionId, Candidate]:
    """Return the sessions nobody has heard of whose decisions all permit; the others need a closer look."""
    ids = [candidate.session.session_id for candidate in candidates]
    known = {row["session_id"] for row in tx.rows(select(sessions.c.session_id).where(sessions.c.session_id.in_(ids)))}
    return {
        candidate.session.session_id: candidate
        for candidate in candidates
        if candidate.session.session_id not in known and _only_permits(candidate)
    }


def check_all(tx: Transaction, candidates: Sequence[Candidate]) -> dict[SessionId, int | ConsentError]:
    """Return the revision that each session rests on, or the error that forbids it, audited."""
    found = check_people(tx, {each.session.session_id: each.participants for each in candidates})
    for session_id, error in found.items():
        if isinstance(error, ConsentError):
            purpose = error.facts.get("purpose")
            tx.record(IntakeRefused(session_id, error.reason_code, None if purpose is None else str(purpose)))
    return found


def check_people(
    tx: Transaction, recorded: Mapping[SessionId, Sequence[Participant]]
) -> dict[SessionId, int | ConsentError]:
    """Return the revision that each session of these people rests on, or the error that forbids it."""
    shared, own = _current(tx, recorded, INTAKE_PURPOSES)
    found: dict[SessionId, int | ConsentError] = {}
    for session_id, people in recorded.items():
        given = [c for each in people for c in shared[each.person]] + own[session_id]
        newest = {(c.person, c.purpose): c for c in sorted(given, key=lambda consent: consent.rev)}
        try:
            found[session_id] = require_consent(session_id, INTAKE_PURPOSES, people, newest.values(), tx.now)
        except ConsentError as error:
            found[session_id] = error
    return found


def _recorded_already(tx: Transaction, candidates: Sequence[Candidate]) -> set[SessionId]:
    """Return the sessions whose forms say nothing that their newest decisions do not say."""
    if not candidates:
        return set()
    recorded = {each.session.session_id: each.participants for each in candidates}
    _, own = _current(tx, recorded, tuple(Purpose))
    return {
        candidate.session.session_id
        for candidate in candidates
        if set(candidate.consents) <= {replace(c, rev=0) for c in own[candidate.session.session_id]}
    }


def _only_permits(candidate: Candidate) -> bool:
    mine = candidate.session.session_id
    return all(c.decision is ConsentDecision.PERMIT and c.session_id == mine for c in candidate.consents)


def _record(tx: Transaction, given: Sequence[Consent], actor: str) -> None:
    if not given:
        return
    inserted = consents.insert().returning(consents.c.rev, sort_by_parameter_order=True)
    revs = tx.connection.execute(inserted, [consent_values(tx, consent, actor) for consent in given]).scalars().all()
    last: dict[PersonRef, int] = {}
    for consent, rev in zip(given, revs, strict=True):
        last[consent.person] = rev
        facts = (consent.person, consent.purpose, consent.decision, rev, consent.session_id, consent.form_version)
        tx.record(ConsentRecorded(*facts, actor))
    update = persons.update().where(persons.c.person_ref == bindparam("ref")).values(consent_rev=bindparam("rev"))
    tx.connection.execute(update, [{"ref": ref, "rev": rev} for ref, rev in sorted(last.items())])


def _current(
    tx: Transaction, recorded: Mapping[SessionId, Sequence[Participant]], purposes: Iterable[Purpose]
) -> tuple[defaultdict[PersonRef, list[Consent]], defaultdict[SessionId, list[Consent]]]:
    """Return the newest decisions about these purposes: for every session, and for one of these sessions."""
    people = {each.person for together in recorded.values() for each in together}
    newest = (
        select(func.max(consents.c.rev))
        .where(
            consents.c.person_ref.in_(people),
            consents.c.purpose.in_(tuple(purposes)),
            consents.c.session_id.is_(None) | consents.c.session_id.in_(recorded),
        )
        .group_by(consents.c.person_ref, consents.c.purpose, consents.c.session_id)
    )
    shared: defaultdict[PersonRef, list[Consent]] = defaultdict(list)
    own: defaultdict[SessionId, list[Consent]] = defaultdict(list)
    for row in tx.rows(select(consents).where(consents.c.rev.in_(newest))):
        consent = consent_of(row)
        if consent.session_id is None:
            shared[consent.person].append(consent)
        else:
            own[consent.session_id].append(consent)
    return shared, own
