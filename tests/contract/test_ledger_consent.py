"""Consent at intake, at the start and at the end of a stage, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, PersonRef, Purpose
from pipeline.domain.session import SessionId, Stage, StageStatus
from pipeline.errors import (
    ConsentDeniedError,
    ConsentExpiredError,
    ConsentMissingError,
    LeaseLostError,
    PersonUnknownError,
    SessionConflictError,
    SessionUnknownError,
)
from tests.factories import (
    WORKER,
    accepted_session,
    finish,
    keep_days,
    make_session,
    permits,
    run_through,
    stored,
    taken,
    two_people,
)
from tests.ledger_views import entries, events, outline, reason_of, status_of
from tests.servers.databases import ShiftedTime

CLIENT = PersonRef("person-client")


def test_intake_without_consent_is_refused_and_recorded(ledger: SqlLedger) -> None:
    """One person without consent is enough, the refusal is audited, and no session comes into being."""
    session = make_session()
    people = two_people()
    ledger.record_consents(permits(people[:1]), "test")

    with pytest.raises(ConsentMissingError):
        ledger.check_intake(session.session_id, people)
    with pytest.raises(ConsentMissingError):
        ledger.register(session, people, stored(session.session_id, ArtifactKind.RECORDING), keep_days(), None)

    assert events(ledger, "intake") == ["intake_refused", "intake_refused"]
    with pytest.raises(SessionUnknownError):
        ledger.session(session.session_id)


def test_same_recording_registers_once(ledger: SqlLedger) -> None:
    """The same content again is the same run, and other content under the same id is a conflict."""
    accepted = accepted_session(ledger)

    again = ledger.register(accepted.session, accepted.people, accepted.recording, keep_days(), 2)

    assert again == accepted.run_id
    other = stored(accepted.session_id, ArtifactKind.RECORDING)
    with pytest.raises(SessionConflictError):
        ledger.register(accepted.session, accepted.people, other, keep_days(), 2)
    assert events(ledger, "intake") == ["session_accepted"]


def test_stage_without_its_purpose_is_refused(ledger: SqlLedger) -> None:
    """Consent to record and transcribe is no consent to a draft."""
    purposes = (Purpose.RECORD, Purpose.STORE_AUDIO, Purpose.TRANSCRIBE)
    accepted = accepted_session(ledger, consents=permits(two_people(), purposes))
    run_through(ledger, Stage.TRANSCRIBE)

    lease = ledger.claim(Stage.DRAFT, WORKER)

    assert lease is None
    assert outline(ledger, accepted.session_id)[-1] == ("draft", "refused")
    assert reason_of(ledger, accepted.session_id, Stage.DRAFT) == "consent_missing"
    assert events(ledger, "draft") == ["stage_opened", "stage_refused"]


def test_refused_run_lets_the_next_one_pass(ledger: SqlLedger) -> None:
    """A session that nobody consents to any more does not block the queue."""
    refused = accepted_session(ledger, people=two_people("person-a", "person-b"))
    accepted = accepted_session(ledger)
    ledger.record_consents(
        [replace(c, decision=ConsentDecision.DENY) for c in permits(refused.people, [Purpose.TRANSCRIBE])], "test"
    )

    lease = taken(ledger, Stage.TRANSCRIBE)

    assert lease.session.session_id == accepted.session_id
    assert status_of(ledger, refused.session_id, Stage.TRANSCRIBE) is StageStatus.REFUSED


def test_withdrawal_before_the_start(ledger: SqlLedger) -> None:
    """A ready run is refused at once, what was kept is due, and the purge is opened."""
    accepted = accepted_session(ledger)

    touched = ledger.withdraw(CLIENT, [Purpose.RECORD], None, "test")

    assert touched == (accepted.session_id,)
    assert outline(ledger, accepted.session_id) == [("transcribe", "refused"), ("purge", "ready")]
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == "consent_withdrawn"
    assert taken(ledger, Stage.PURGE).due == (ArtifactKind.RECORDING,)


def test_withdrawal_during_the_work(ledger: SqlLedger) -> None:
    """The worker's next beat tells it to stop, and nothing of its result is kept."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)

    ledger.withdraw(CLIENT, [Purpose.TRANSCRIBE], accepted.session_id, "test")

    assert ledger.renew(lease) is False
    with pytest.raises(LeaseLostError):
        finish(ledger, lease)
    assert [artifact.kind for artifact in ledger.session(accepted.session_id).artifacts] == [ArtifactKind.RECORDING]
    assert events(ledger, "transcribe") == ["stage_opened", "stage_started", "stage_refused"]


def test_withdrawal_after_the_end(ledger: SqlLedger) -> None:
    """All that was made becomes due."""
    accepted = accepted_session(ledger)
    run_through(ledger)

    ledger.withdraw(CLIENT, tuple(Purpose), None, "test")

    assert set(taken(ledger, Stage.PURGE).due) == set(ArtifactKind)
    assert outline(ledger, accepted.session_id)[-1] == ("purge", "running")


def test_withdrawal_reaches_what_was_made_under_it(ledger: SqlLedger) -> None:
    """Who takes back the draft alone leaves recording and transcript to their own clocks."""
    accepted_session(ledger)
    run_through(ledger)

    ledger.withdraw(CLIENT, [Purpose.AI_DRAFT], None, "test")

    assert taken(ledger, Stage.PURGE).due == (ArtifactKind.DRAFT, ArtifactKind.VERDICTS)


def test_withdrawal_for_one_session_spares_the_others(ledger: SqlLedger) -> None:
    """A withdrawal that names a session stops that one only."""
    named, other = accepted_session(ledger), accepted_session(ledger)

    touched = ledger.withdraw(CLIENT, tuple(Purpose), named.session_id, "test")

    assert touched == (named.session_id,)
    assert taken(ledger, Stage.TRANSCRIBE).session.session_id == other.session_id


def test_consent_that_expires_during_the_work(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A result finished after the consent ended is refused, and no key of it is kept."""
    expiry = datetime.now(UTC) + timedelta(hours=1)
    accepted = accepted_session(ledger, consents=permits(two_people(), valid_to=expiry))
    lease = taken(ledger, Stage.TRANSCRIBE)
    time_passes.advance(timedelta(hours=2))

    with pytest.raises(ConsentExpiredError):
        finish(ledger, lease)

    assert outline(ledger, accepted.session_id) == [("transcribe", "refused")]
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == "consent_expired"
    assert [artifact.kind for artifact in ledger.session(accepted.session_id).artifacts] == [ArtifactKind.RECORDING]


def test_renewed_consent_lets_a_refused_run_go_on(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A person who consents again can have the stage retried."""
    expiry = datetime.now(UTC) + timedelta(hours=1)
    accepted = accepted_session(ledger, consents=permits(two_people(), valid_to=expiry))
    time_passes.advance(timedelta(hours=2))
    refused = ledger.claim(Stage.TRANSCRIBE, WORKER)
    ledger.record_consents(permits(two_people()), "test")

    ledger.retry(accepted.run_id, "test")

    assert refused is None
    assert taken(ledger, Stage.TRANSCRIBE).run_id == accepted.run_id


def test_denial_stops_and_keeps(ledger: SqlLedger) -> None:
    """A denial stops what is ready, names itself as the reason, and opens no purge."""
    accepted = accepted_session(ledger)

    ledger.record_consents(
        [replace(c, decision=ConsentDecision.DENY) for c in permits(two_people()[:1], [Purpose.TRANSCRIBE])], "test"
    )

    assert outline(ledger, accepted.session_id) == [("transcribe", "refused")]
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == ConsentDeniedError.reason_code


def test_decisions_are_kept_in_order(ledger: SqlLedger) -> None:
    """Every decision that applies to a session is shown, oldest first, and none is changed."""
    accepted = accepted_session(ledger, consents=permits(two_people(), [Purpose.RECORD, Purpose.STORE_AUDIO]))
    ledger.withdraw(CLIENT, [Purpose.RECORD], None, "test")
    ledger.record_consents(permits(two_people("stranger")[:1]), "test")

    people, decisions = ledger.consents(accepted.session_id)

    assert people == accepted.people
    assert [(c.person, c.purpose, c.decision) for c in decisions][-1] == (
        CLIENT,
        Purpose.RECORD,
        ConsentDecision.WITHDRAW,
    )
    assert len(decisions) == 5
    assert [c.rev for c in decisions] == sorted(c.rev for c in decisions)


def test_start_names_the_consent_it_relied_on(ledger: SqlLedger) -> None:
    """The audit entry of a start carries the newest revision that permitted it."""
    accepted_session(ledger)
    newest = ledger.record_consents(permits(two_people()), "test")

    taken(ledger, Stage.TRANSCRIBE)

    assert 0 < entries(ledger, "transcribe")[-1]["facts"]["consent_rev"] <= newest


@pytest.mark.parametrize("in_session", [True, False])
def test_nobody_takes_back_what_nobody_gave(ledger: SqlLedger, in_session: bool) -> None:  # noqa: FBT001 - a case
    """A mistyped reference is refused, for its answer would look like a withdrawal."""
    session_id = accepted_session(ledger).session_id if in_session else None

    with pytest.raises(PersonUnknownError):
        ledger.withdraw(PersonRef("cleint-204"), tuple(Purpose), session_id, "test")

    assert "consent_withdrawn" not in events(ledger, "consent")


def test_withdrawal_ahead_of_a_session(ledger: SqlLedger) -> None:
    """Who gave standing consent may take it back for a session that has not come."""
    accepted_session(ledger)

    touched = ledger.withdraw(CLIENT, tuple(Purpose), SessionId("tomorrow-0001"), "test")

    assert touched == ()
    assert "consent_withdrawn" in events(ledger, "consent")
