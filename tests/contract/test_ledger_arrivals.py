"""Sessions announced ahead, inbound objects and living workers, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, Stage, WorkerId
from pipeline.errors import ArrivalUnknownError, SessionUnknownError
from pipeline.ports.arrivals import ArrivalState
from tests.factories import keep_days, make_session, permits, stored, taken, two_people
from tests.ledger_views import entries, events, outline
from tests.servers.databases import ShiftedTime

DIGEST = "ab" * 32


def test_announced_session_is_found_again(ledger: SqlLedger) -> None:
    """Who announces a session finds the same participants, format and policy when its recording comes."""
    session = make_session()
    ledger.expect_session(session, two_people(), keep_days(3), 2)

    found = ledger.expected(session.session_id)

    assert (found.session, found.participants, found.policy, found.voices) == (session, two_people(), keep_days(3), 2)
    assert outline(ledger, session.session_id) == []
    assert ledger.claim(Stage.TRANSCRIBE, WorkerId("worker-1")) is None


def test_recording_completes_an_announced_session(ledger: SqlLedger) -> None:
    """Registration brings the announcement up to date and opens the first stage."""
    announced = make_session()
    ledger.expect_session(announced, two_people(), keep_days(3), None)
    ledger.record_consents(permits(two_people()), "test")
    session = replace(announced, priority=5)

    ledger.register(session, two_people(), stored(session.session_id, ArtifactKind.RECORDING), keep_days(9), 2)

    assert taken(ledger, Stage.TRANSCRIBE).session == session
    assert ledger.expected(session.session_id).policy == keep_days(9)
    assert events(ledger, "intake") == ["session_expected", "session_accepted"]


def test_announcing_an_accepted_session_changes_nothing(ledger: SqlLedger) -> None:
    """An announcement that comes late does not touch what was accepted."""
    session = make_session()
    ledger.record_consents(permits(two_people()), "test")
    ledger.register(session, two_people(), stored(session.session_id, ArtifactKind.RECORDING), keep_days(9), 2)

    ledger.expect_session(session, two_people()[:1], keep_days(1), None)

    found = ledger.expected(session.session_id)
    assert (found.participants, found.policy, found.voices) == (two_people(), keep_days(9), 2)


def test_unknown_session_is_not_expected(ledger: SqlLedger) -> None:
    """An object under an id that nobody announced has no session."""
    with pytest.raises(SessionUnknownError):
        ledger.expected(SessionId("session-of-nobody"))


def test_arrival_is_noted_once(ledger: SqlLedger) -> None:
    """The same object version announced again is the same arrival; another version is another."""
    first = ledger.record_arrival("inbound", DIGEST, "version-1")

    again = ledger.record_arrival("inbound", DIGEST, "version-1")
    newer = ledger.record_arrival("inbound", DIGEST, "version-2")

    assert first == again != newer
    assert [arrival.arrival_id for arrival in ledger.arrivals(ArrivalState.SEEN)] == [first, newer]
    assert events(ledger, "intake") == ["arrival_seen", "arrival_seen"]


def test_arrival_is_refused_and_removed(ledger: SqlLedger) -> None:
    """A refusal keeps its reason after the object is gone, and each step is audited once."""
    arrival_id = ledger.record_arrival("inbound", DIGEST, "version-1")
    for _ in range(2):
        ledger.settle_arrival(arrival_id, ArrivalState.REFUSED, "consent_missing")
    ledger.settle_arrival(arrival_id, ArrivalState.REMOVED)

    (arrival,) = ledger.arrivals()

    assert (arrival.state, arrival.reason_code) == (ArrivalState.REMOVED, "consent_missing")
    assert arrival.removed_at is not None
    assert events(ledger, "intake") == ["arrival_seen", "arrival_refused", "arrival_removed"]
    assert entries(ledger, "intake")[1]["facts"]["reason_code"] == "consent_missing"


def test_accepted_arrival_names_its_session(ledger: SqlLedger) -> None:
    """An arrival that became a recording points to its session."""
    arrival_id = ledger.record_arrival("inbound", DIGEST, "version-1")

    ledger.settle_arrival(arrival_id, ArrivalState.ACCEPTED, session_id=SessionId("session-0001"))

    assert ledger.arrivals(ArrivalState.ACCEPTED)[0].session_id == "session-0001"
    assert events(ledger, "intake") == ["arrival_seen", "arrival_accepted"]


def test_unknown_arrival_cannot_be_settled(ledger: SqlLedger) -> None:
    """What never arrived has no outcome."""
    with pytest.raises(ArrivalUnknownError):
        ledger.settle_arrival("arr-of-nobody", ArrivalState.REMOVED)


def test_worker_is_known_by_its_beat(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A worker's start stays, its beat and state move, and the latest heard comes first."""
    ledger.beat_worker(WorkerId("worker-1"), Stage.DRAFT, "idle")
    time_passes.advance(timedelta(minutes=1))
    ledger.beat_worker(WorkerId("worker-2"), Stage.VERIFY, "idle")
    time_passes.advance(timedelta(minutes=1))
    ledger.beat_worker(WorkerId("worker-1"), Stage.DRAFT, "busy")

    first, second = ledger.workers()

    assert (first.worker_id, first.state) == ("worker-1", "busy")
    assert first.beat_at - first.started_at >= timedelta(minutes=2)
    assert (second.worker_id, second.beat_at) == ("worker-2", second.started_at)
