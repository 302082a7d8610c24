"""Retention, holds and deletion, on every database."""

from datetime import timedelta

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import Purpose
from pipeline.domain.retention import RetentionPolicy, RetentionRule, RetentionTrigger
from pipeline.domain.session import Stage, StageStatus
from pipeline.errors import LeaseLostError, LegalHoldError, PurgeIncompleteError
from pipeline.ports import Certificate, KindDeletion, Lease
from tests.factories import WORKER, accepted_session, finish, keep_days, make_session, run_through, taken, two_people
from tests.ledger_views import entries, events, outline, status_of
from tests.servers.databases import ShiftedTime

HOUR = timedelta(hours=1)


def purge(ledger: SqlLedger, lease: Lease, left: int = 0) -> None:
    """Do to the ledger what a purge does."""
    keys = ledger.destroy_keys(lease)
    deletions = [KindDeletion(kind, keys[kind], 1, left) for kind in lease.due]
    ledger.complete_purge(lease, deletions, Certificate(f"cert-{lease.run_id}", b"{}", b"signed", "signing-1"))


def test_clock_starts_with_verification(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """What waits for verification is due so long after it, and a sweep opens the purge once."""
    accepted = accepted_session(ledger, policy=keep_days(7))
    before = {clock.due_at for clock in ledger.session(accepted.session_id).clocks}
    run_through(ledger)
    time_passes.advance(timedelta(days=7, seconds=-30))
    early = ledger.sweep(HOUR)
    time_passes.advance(timedelta(minutes=1))

    reports = [ledger.sweep(HOUR), ledger.sweep(HOUR)]

    assert before == {None}
    assert early.purges_opened == 0
    assert [report.purges_opened for report in reports] == [1, 0]
    assert set(taken(ledger, Stage.PURGE).due) == set(ArtifactKind)


def test_what_is_due_at_verification_is_purged_at_once(ledger: SqlLedger) -> None:
    """The commit of verify opens the purge of what need not be kept, and names it so that it is rung for."""
    rules = (RetentionRule(ArtifactKind.WORKING_COPY, RetentionTrigger.VERIFIED, timedelta(0)),)
    accepted = accepted_session(ledger, policy=RetentionPolicy("at-once", rules))

    opened = run_through(ledger)

    lease = taken(ledger, Stage.PURGE)
    assert [lease.run_id] == list(opened)
    assert lease.due == (ArtifactKind.WORKING_COPY,)
    assert list(lease.keys) == [ArtifactKind.WORKING_COPY]
    assert outline(ledger, accepted.session_id)[-1] == ("purge", "running")


def test_signature_starts_its_clocks_once(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A second signature does not lengthen what the first began."""
    accepted = accepted_session(ledger, policy=keep_days(1, RetentionTrigger.SIGNED))
    ledger.mark_signed(accepted.session_id, "clinician-1")
    first = ledger.session(accepted.session_id).clocks
    time_passes.advance(HOUR)

    ledger.mark_signed(accepted.session_id, "clinician-1")

    assert all(clock.due_at is not None for clock in first)
    assert ledger.session(accepted.session_id).clocks == first
    assert events(ledger, "operator") == ["moment_marked"]


def test_policy_is_the_one_of_intake(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A session keeps the rules it was accepted under, whatever later sessions are given."""
    first = accepted_session(ledger, policy=keep_days(1, RetentionTrigger.INTAKE))
    second = accepted_session(ledger, policy=keep_days(9, RetentionTrigger.INTAKE))
    time_passes.advance(timedelta(days=2))

    ledger.sweep(HOUR)

    assert ledger.expected(first.session_id).policy == keep_days(1, RetentionTrigger.INTAKE)
    assert outline(ledger, first.session_id)[-1] == ("purge", "ready")
    assert outline(ledger, second.session_id) == [("transcribe", "ready")]


def test_purge_destroys_and_confirms(ledger: SqlLedger) -> None:
    """After a purge no key, no artifact and no running clock is left, and the certificate stays."""
    accepted = accepted_session(ledger, policy=keep_days(0))
    run_through(ledger)

    purge(ledger, taken(ledger, Stage.PURGE))

    row = ledger.session(accepted.session_id)
    assert (row.artifacts, row.clocks) == ((), ())
    assert outline(ledger, accepted.session_id)[-1] == ("purge", "succeeded")
    assert len(ledger.certificates(accepted.session_id)) == 1
    assert ledger.object_keys(accepted.session_id) == frozenset()
    assert events(ledger, "purge") == ["stage_opened", "stage_started", "keys_destroyed", "purge_confirmed"]
    assert ledger.sweep(HOUR).purges_opened == 0


def test_destroying_keys_again_counts_the_same(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A purge that died between the keys and the objects resumes with the same figures and the same key ids."""
    accepted_session(ledger, policy=keep_days(0))
    run_through(ledger)
    lease = taken(ledger, Stage.PURGE)
    first = ledger.destroy_keys(lease)
    time_passes.advance(HOUR)
    ledger.sweep(HOUR)
    resumed = taken(ledger, Stage.PURGE)

    second = ledger.destroy_keys(resumed)

    assert first == second == dict.fromkeys(ArtifactKind, 1)
    assert {k: key.key_id for k, key in resumed.keys.items()} == {k: key.key_id for k, key in lease.keys.items()}
    assert {key.wrapped for key in resumed.keys.values()} == {b""}
    assert events(ledger, "purge").count("keys_destroyed") == 1


def test_purge_with_something_left_does_not_succeed(ledger: SqlLedger) -> None:
    """While a second listing finds a version, nothing is marked deleted and no certificate is kept."""
    accepted = accepted_session(ledger, policy=keep_days(0))
    run_through(ledger)
    lease = taken(ledger, Stage.PURGE)

    with pytest.raises(PurgeIncompleteError):
        purge(ledger, lease, left=1)

    assert len(ledger.session(accepted.session_id).artifacts) == 5
    assert ledger.certificates(accepted.session_id) == ()


def test_purge_that_kept_the_keys_does_not_succeed(ledger: SqlLedger) -> None:
    """Deletion of objects alone is no deletion."""
    accepted_session(ledger, policy=keep_days(0))
    run_through(ledger)
    lease = taken(ledger, Stage.PURGE)
    deletions = [KindDeletion(kind, 1, 1, 0) for kind in lease.due]

    with pytest.raises(PurgeIncompleteError):
        ledger.complete_purge(lease, deletions, Certificate("cert-1", b"{}", b"signed", "signing-1"))


def test_hold_stops_a_purge_until_it_is_lifted(ledger: SqlLedger) -> None:
    """A held purge is audited once, asked for again and again or not, and resumes with the hold's end."""
    accepted = accepted_session(ledger, policy=keep_days(0))
    ledger.place_hold(accepted.session_id, "litigation", "privacy-officer")
    run_through(ledger)
    refused = [ledger.claim(Stage.PURGE, WORKER) for _ in range(3)]
    ledger.sweep(HOUR)
    held = outline(ledger, accepted.session_id)[-1]

    ledger.lift_hold(accepted.session_id, "privacy-officer")

    assert refused == [None, None, None]
    assert held == ("purge", "held")
    purge(ledger, taken(ledger, Stage.PURGE))
    assert events(ledger, "purge").count("stage_held") == 1
    assert events(ledger, "operator") == ["hold_placed", "hold_lifted"]


def test_hold_placed_during_a_purge_saves_the_keys(ledger: SqlLedger) -> None:
    """A hold that comes before the keys are destroyed wins, and the run waits as held."""
    accepted = accepted_session(ledger, policy=keep_days(0))
    run_through(ledger)
    lease = taken(ledger, Stage.PURGE)
    ledger.place_hold(accepted.session_id, "litigation", "privacy-officer")

    with pytest.raises(LegalHoldError) as refusal:
        ledger.destroy_keys(lease)
    ledger.fail(lease, refusal.value)

    assert status_of(ledger, accepted.session_id, Stage.PURGE) is StageStatus.HELD
    assert all(artifact.data_key.wrapped for artifact in ledger.session(accepted.session_id).artifacts)
    assert ledger.session(accepted.session_id).held


def test_hold_does_not_keep_processing_alive(ledger: SqlLedger) -> None:
    """A withdrawal under a hold stops the work, and deletion waits."""
    accepted = accepted_session(ledger)
    ledger.place_hold(accepted.session_id, "litigation", "privacy-officer")

    ledger.withdraw(accepted.people[0].person, [Purpose.RECORD], None, "test")

    assert ledger.claim(Stage.TRANSCRIBE, WORKER) is None
    assert ledger.claim(Stage.PURGE, WORKER) is None
    assert outline(ledger, accepted.session_id) == [("transcribe", "refused"), ("purge", "held")]


def test_placing_and_lifting_twice_changes_nothing(ledger: SqlLedger) -> None:
    """A second hold on a held session and a second lifting leave no trace."""
    accepted = accepted_session(ledger)
    for _ in range(2):
        ledger.place_hold(accepted.session_id, "litigation", "privacy-officer")
    for _ in range(2):
        ledger.lift_hold(accepted.session_id, "privacy-officer")

    assert not ledger.session(accepted.session_id).held
    assert events(ledger, "operator") == ["hold_placed", "hold_lifted"]


def test_erasure_on_request_is_recorded(ledger: SqlLedger) -> None:
    """A request makes kinds due at once, and says who asked and on what ground."""
    accepted = accepted_session(ledger)

    ledger.make_due(accepted.session_id, [ArtifactKind.RECORDING], "gdpr-art-17", "privacy-officer")

    assert taken(ledger, Stage.PURGE).due == (ArtifactKind.RECORDING,)
    facts = entries(ledger, "operator")[-1]["facts"]
    assert (facts["kinds"], facts["basis"], facts["actor"]) == (["recording"], "gdpr-art-17", "privacy-officer")


def test_stage_whose_input_was_purged_fails_by_name(ledger: SqlLedger) -> None:
    """A run that would read what was deleted ends with a reason instead of being tried for ever."""
    accepted = accepted_session(ledger)
    ledger.make_due(accepted.session_id, [ArtifactKind.RECORDING], "gdpr-art-17", "privacy-officer")
    purge(ledger, taken(ledger, Stage.PURGE))

    lease = ledger.claim(Stage.TRANSCRIBE, WORKER)

    assert lease is None
    assert ledger.session(accepted.session_id).runs[0].reason_code == "key_destroyed"


def test_what_is_made_after_a_purge_is_due_again(ledger: SqlLedger) -> None:
    """An erasure asked for while a stage runs takes what the stage still commits."""
    accepted = accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)
    ledger.make_due(accepted.session_id, [ArtifactKind.DRAFT], "gdpr-art-17", "privacy-officer")
    purge(ledger, taken(ledger, Stage.PURGE))
    run_through(ledger, Stage.DRAFT)

    report = ledger.sweep(HOUR)

    assert report.purges_opened == 1
    assert taken(ledger, Stage.PURGE).due == (ArtifactKind.DRAFT,)


def test_nothing_is_made_after_a_whole_session_is_to_be_erased(ledger: SqlLedger) -> None:
    """A stage that ran when everything was to be deleted commits nothing after the certificate, and none follows."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)

    ledger.make_due(accepted.session_id, tuple(ArtifactKind), "gdpr-art-17", "privacy-officer")
    purge(ledger, taken(ledger, Stage.PURGE))

    with pytest.raises(LeaseLostError):
        finish(ledger, lease)
    assert ledger.session(accepted.session_id).artifacts == ()
    assert outline(ledger, accepted.session_id) == [("transcribe", "cancelled"), ("purge", "succeeded")]
    assert ledger.session(accepted.session_id).runs[0].reason_code == "erasure_requested"


def test_a_recording_that_comes_after_its_erasure_is_due(ledger: SqlLedger) -> None:
    """What was erased while a session was only announced is not kept for ever when its recording comes after all."""
    session, people = make_session(), two_people()
    ledger.expect_session(session, people, keep_days(), 2)
    ledger.make_due(session.session_id, [ArtifactKind.RECORDING], "gdpr-art-17", "privacy-officer")
    purge(ledger, taken(ledger, Stage.PURGE))

    accepted_session(ledger, session, people=people)

    assert taken(ledger, Stage.PURGE).due == (ArtifactKind.RECORDING,)
