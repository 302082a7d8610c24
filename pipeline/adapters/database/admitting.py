"""Consents of many new sessions at once: recorded, then held against what intake asks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, func, select

from pipeline.adapters.database.consenting import consent_values
from pipeline.adapters.database.locking import lock_persons
from pipeline.adapters.database.rows import artifact_of, consent_of, live_artifacts
from pipeline.adapters.database.tables import consents, persons, sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import ConsentRecorded, IntakeRefused
from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.consent import (
    INTAKE_PURPOSES,
    Consent,
    ConsentDecision,
    Participant,
    PersonRef,
    Purpose,
    require_consent,
)
from pipeline.domain.session import RunId, SessionId
from pipeline.errors import ConsentError
from pipeline.ports.bulk import Admission, Candidate, Earlier


def admit_all(tx: Transaction, candidates: Sequence[Candidate], actor: str) -> list[Admission]:
    """Record the consents of new sessions and say which may be kept; find those that were accepted before."""
    lock_everyone(tx, candidates)
    new = only_new(tx, candidates)
    said = _record(tx, [consent for candidate in new.values() for consent in candidate.consents], actor)
    checked = check_all(tx, list(new.values()), said)
    answers: dict[SessionId, Admission] = {
        session_id: found if isinstance(found, ConsentError) else True for session_id, found in checked.items()
    }
    answers |= _look_again(tx, [each for each in candidates if each.session.session_id not in new])
    return [answers.get(candidate.session.session_id) for candidate in candidates]


def _look_again(tx: Transaction, known: Sequence[Candidate]) -> dict[SessionId, Admission]:
    """Answer for sessions whose forms say nothing new; the others need a closer look."""
    said = _recorded_already(tx, known)
    nothing_new = [candidate for candidate in known if candidate.session.session_id in said]
    checked = check_all(tx, nothing_new)
    allowed = [session_id for session_id, found in checked.items() if not isinstance(found, ConsentError)]
    earlier = _accepted_before(tx, allowed)
    return {
        session_id: found if isinstance(found, ConsentError) else earlier.get(session_id, False)
        for session_id, found in checked.items()
    }


def _accepted_before(tx: Transaction, ids: Sequence[SessionId]) -> dict[SessionId, Earlier]:
    """Return those of the sessions that have a run, with the first of them and what is stored."""
    if not ids:
        return {}
    runs = select(stage_runs.c.session_id, stage_runs.c.run_id).where(stage_runs.c.session_id.in_(ids))
    ordered = runs.order_by(stage_runs.c.created_at, stage_runs.c.stage, stage_runs.c.generation)
    first: dict[SessionId, RunId] = {}
    for row in tx.rows(ordered):
        first.setdefault(SessionId(row["session_id"]), RunId(row["run_id"]))
    kept: defaultdict[SessionId, list[StoredArtifact]] = defaultdict(list)
    for row in tx.rows(live_artifacts(ids)):
        kept[SessionId(row["session_id"])].append(artifact_of(row))
    return {session_id: Earlier(run_id, tuple(kept[session_id])) for session_id, run_id in first.items()}


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


def check_all(
    tx: Transaction, candidates: Sequence[Candidate], said: Sequence[Consent] = ()
) -> dict[SessionId, int | ConsentError]:
    """Return the revision that each session rests on, or the error that forbids it, audited.

    What was ``said`` in this very transaction is not read again.
    """
    found = check_people(tx, {each.session.session_id: each.participants for each in candidates}, said)
    for session_id, error in found.items():
        if isinstance(error, ConsentError):
            purpose = error.facts.get("purpose")
            tx.record(IntakeRefused(session_id, error.reason_code, None if purpose is None else str(purpose)))
    return found


def check_people(
    tx: Transaction, recorded: Mapping[SessionId, Sequence[Participant]], said: Sequence[Consent] = ()
) -> dict[SessionId, int | ConsentError]:
    """Return the revision that each session of these people rests on, or the error that forbids it."""
    shared, own = _current(tx, recorded, INTAKE_PURPOSES, min((consent.rev for consent in said), default=None))
    for consent in said:
        if consent.session_id is not None and consent.purpose in INTAKE_PURPOSES:
            own[consent.session_id].append(consent)
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


def _record(tx: Transaction, given: Sequence[Consent], actor: str) -> list[Consent]:
    """Record decisions, and return them with their revisions."""
    if not given:
        return []
    before = tx.connection.execute(select(func.max(consents.c.rev))).scalar() or 0
    tx.insert_all(consents, [consent_values(tx, consent, actor) for consent in given])
    said = [replace(consent, rev=rev) for consent, rev in zip(given, _revs_since(tx, before, given), strict=True)]
    last: dict[PersonRef, int] = {}
    for consent in said:
        last[consent.person] = consent.rev
        facts = (consent.person, consent.purpose, consent.decision, consent.rev)
        tx.record(ConsentRecorded(*facts, consent.session_id, consent.form_version, actor))
    update = persons.update().where(persons.c.person_ref == bindparam("ref")).values(consent_rev=bindparam("rev"))
    tx.connection.execute(update, [{"ref": ref, "rev": rev} for ref, rev in sorted(last.items())])
    return said


def _revs_since(tx: Transaction, before: int, given: Sequence[Consent]) -> Sequence[int]:
    """Return the revisions of what was just inserted, in order: nobody else writes of people who are locked here."""
    people = {consent.person for consent in given}
    query = select(consents.c.rev).where(consents.c.rev > before, consents.c.person_ref.in_(people))
    return tx.connection.execute(query.order_by(consents.c.rev)).scalars().all()


def _current(
    tx: Transaction,
    recorded: Mapping[SessionId, Sequence[Participant]],
    purposes: Iterable[Purpose],
    before: int | None = None,
) -> tuple[defaultdict[PersonRef, list[Consent]], defaultdict[SessionId, list[Consent]]]:
    """Return the newest decisions about these purposes: for every session, and for one of these sessions.

    ``before`` is a revision: only what was decided earlier is read.
    """
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
    if before is not None:
        newest = newest.where(consents.c.rev < before)
    shared: defaultdict[PersonRef, list[Consent]] = defaultdict(list)
    own: defaultdict[SessionId, list[Consent]] = defaultdict(list)
    for row in tx.rows(select(consents).where(consents.c.rev.in_(newest))):
        consent = consent_of(row)
        if consent.session_id is None:
            shared[consent.person].append(consent)
        else:
            own[consent.session_id].append(consent)
    return shared, own
