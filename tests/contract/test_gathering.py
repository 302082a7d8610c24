"""Sessions that came in one by one become a batch whole or not at all, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.sql_uploads import SqlUploads
from pipeline.audit.check import check_audit
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.morning import Standing
from pipeline.domain.night import Batch, BatchId, new_batch_id
from pipeline.domain.operating import Decision
from pipeline.domain.session import SessionId, Stage
from pipeline.errors import BatchInvalidError, OperationConflictError, RowProblem
from pipeline.ports.bulk import NamedSession
from pipeline.ports.uploads import Ticket, UploadId, UploadState
from tests.factories import accepted_session, keep_days, make_session, permits, stored, taken, two_people
from tests.ledger_views import entries
from tests.servers.databases import ShiftedTime

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def evening(digest: str | None = None) -> Batch:
    """Return a new batch."""
    return Batch(new_batch_id(), "evening", "robot", manifest_sha256=digest)


def rows(*named: SessionId | UploadId, priority: int | None = None) -> list[NamedSession]:
    """Return rows that name sessions, or uploads where they begin so, in this order."""
    return [
        NamedSession(number, None, UploadId(each), priority)
        if each.startswith("upl-")
        else NamedSession(number, SessionId(each), None, priority)
        for number, each in enumerate(named, 1)
    ]


def announced(ledger: SqlLedger) -> SessionId:
    """Announce a session whose people permit everything; return it."""
    session = make_session()
    ledger.record_consents(permits(two_people()), "test")
    ledger.expect_session(session, two_people(), keep_days(), 2)
    return session.session_id


def arrive(ledger: SqlLedger, session_id: SessionId, batch_id: BatchId | None = None) -> None:
    """Have the recording of an announced session come, with another batch where one is named."""
    known = ledger.expected(session_id)
    session = known.session if batch_id is None else replace(known.session, batch_id=batch_id)
    ledger.register(session, known.participants, stored(session_id, ArtifactKind.RECORDING), known.policy, known.voices)


def test_sessions_become_a_batch(ledger: SqlLedger) -> None:
    """They count as the batch's, also in what is ready; each is audited, and another priority goes first."""
    first, second = accepted_session(ledger).session_id, accepted_session(ledger).session_id
    named = [*rows(first), NamedSession(2, second, priority=5)]

    batch = ledger.gather(evening(), named, "robot")

    progress = ledger.batch_progress(batch.batch_id)
    assert (progress.sessions, progress.waiting) == (2, 2)
    assert taken(ledger, Stage.TRANSCRIBE).session.session_id == second
    facts = [each["facts"] for each in entries(ledger, "intake") if each["event"] == "session_batched"]
    assert [(each["session_id"], each["priority"]) for each in facts] == [(first, 100), (second, 5)]
    assert check_audit(ledger, None).intact


def test_everything_that_is_wrong_is_named_at_once_and_nothing_is_taken(ledger: SqlLedger) -> None:
    """Each sort of wrong row is named with its number, and the good rows stay without a batch."""
    good = accepted_session(ledger).session_id
    elsewhere = accepted_session(ledger).session_id
    ledger.gather(evening(), rows(elsewhere), "robot")
    people = two_people("person-gone")
    gone = accepted_session(ledger, people=people).session_id
    ledger.withdraw(PersonRef("person-gone"), [Purpose.STORE_AUDIO], None, "test")
    twice = accepted_session(ledger).session_id
    awaited = announced(ledger)
    ended = SqlUploads(ledger.database).open_upload(Ticket(announced(ledger), 10), timedelta(hours=1), "test")
    SqlUploads(ledger.database).settle_upload(ended.upload_id, UploadState.ABANDONED, None, "test")
    never = SessionId("session-never"), UploadId("upl-never")
    named = rows(good, *never, elsewhere, gone, twice, awaited, ended.upload_id, twice)

    with pytest.raises(BatchInvalidError) as caught:
        ledger.gather(evening(), named, "robot")

    assert caught.value.wrong == (
        RowProblem(2, "session_unknown", "session_id"),
        RowProblem(3, "upload_unknown", "upload_id"),
        RowProblem(4, "session_in_batch", "session_id"),
        RowProblem(5, "consent_withdrawn", "session_id"),
        RowProblem(6, "session_twice", "session_id"),
        RowProblem(7, "recording_not_come", "session_id"),
        RowProblem(8, "upload_closed", "upload_id"),
        RowProblem(9, "session_twice", "session_id"),
    )
    assert ledger.session(good).session.batch_id is None
    assert len(ledger.batches()) == 1
    assert list(ledger.find_wrong(named)) == list(caught.value.wrong)


def test_the_same_order_again_is_the_same_batch(ledger: SqlLedger) -> None:
    """Nothing is taken twice, and no row is called wrong for being in its own batch."""
    named = rows(accepted_session(ledger).session_id)
    first = ledger.gather(evening("a" * 64), named, "robot")

    again = ledger.gather(evening("a" * 64), named, "robot")

    assert again.batch_id == first.batch_id
    assert [each["event"] for each in entries(ledger, "intake")].count("session_batched") == 1


def test_what_comes_later_is_of_the_batch(ledger: SqlLedger) -> None:
    """A session named by its upload keeps batch and priority when its recording comes, whatever was read before."""
    session_id = announced(ledger)
    upload = SqlUploads(ledger.database).open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    before = ledger.expected(session_id)
    batch = ledger.gather(evening(), rows(upload.upload_id, priority=7), "robot")

    recording = stored(session_id, ArtifactKind.RECORDING)
    ledger.register(before.session, before.participants, recording, before.policy, before.voices)

    session = ledger.session(session_id).session
    assert (session.batch_id, session.priority) == (batch.batch_id, 7)
    assert replace(before.session, batch_id=batch.batch_id, priority=7) == session


def test_what_never_comes_ends_for_its_batch(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Once its ticket has expired, the batch waits for it no more, and the morning report names it with the reason."""
    session_id = announced(ledger)
    uploads = SqlUploads(ledger.database)
    upload = uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    batch = ledger.gather(evening(), rows(upload.upload_id), "robot")
    before = ledger.batch_progress(batch.batch_id)
    at_first = ledger.morning_rows(LONG_AGO, batch.batch_id)
    time_passes.advance(timedelta(hours=2))

    uploads.leftovers()

    progress = ledger.batch_progress(batch.batch_id)
    assert (before.awaited, before.turned_away) == (1, 0)
    assert (progress.sessions, progress.awaited, progress.turned_away) == (1, 0, 1)
    assert [(row.session_id, row.standing, row.reason_code) for row in (*at_first, *ledger.morning_rows(LONG_AGO))] == [
        (session_id, Standing.UNDER_WAY, "recording_not_come"),
        (session_id, Standing.FAILED, "upload_expired"),
    ]


def test_a_second_upload_is_waited_for(ledger: SqlLedger) -> None:
    """While another upload for the session goes on, or a new one is opened, its batch waits; what comes counts."""
    session_id = announced(ledger)
    uploads = SqlUploads(ledger.database)
    first, second = (uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test") for _ in range(2))
    batch = ledger.gather(evening(), rows(first.upload_id), "robot")

    def awaited() -> tuple[int, int]:
        progress = ledger.batch_progress(batch.batch_id)
        return progress.awaited, progress.turned_away

    uploads.settle_upload(first.upload_id, UploadState.ABANDONED, None, "test")
    one_left = awaited()
    uploads.settle_upload(second.upload_id, UploadState.ABANDONED, None, "test")
    none_left = awaited()
    uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    again = awaited()
    arrive(ledger, session_id)

    assert (one_left, none_left, again, awaited()) == ((1, 0), (0, 1), (1, 0), (0, 0))
    assert ledger.batch_progress(batch.batch_id).waiting == 1


def test_a_cancelled_batch_waits_for_nothing(ledger: SqlLedger) -> None:
    """What ran and what was awaited end alike, uploads too; the report says so, and the audit log who and why."""
    here, awaited = accepted_session(ledger).session_id, announced(ledger)
    uploads = SqlUploads(ledger.database)
    upload = uploads.open_upload(Ticket(awaited, 10), timedelta(hours=1), "test")
    batch = ledger.gather(evening(), rows(here, upload.upload_id), "robot")

    ended = ledger.cancel_batch(batch.batch_id, Decision("head", "wrong-night"))

    progress = ledger.batch_progress(batch.batch_id)
    assert sorted(ended) == sorted([here, awaited])
    assert (progress.sessions, progress.cancelled, progress.awaited, progress.turned_away) == (2, 2, 0, 0)
    assert uploads.upload(upload.upload_id).reason_code == "session_cancelled"
    assert {row.standing for row in ledger.morning_rows(LONG_AGO, batch.batch_id)} == {Standing.CANCELLED}
    facts = [each["facts"] for each in entries(ledger, "operator") if each["event"] == "session_cancelled"]
    assert {(each["session_id"], each["actor"], each["reason"]) for each in facts} == {
        (here, "head", "wrong-night"),
        (awaited, "head", "wrong-night"),
    }
    assert ledger.cancel_batch(batch.batch_id, Decision("head", "wrong-night")) == ()


def test_one_awaited_session_can_be_cancelled_by_itself(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Its upload ends, its batch waits for it no more, nobody is told that it has not come, and once is enough."""
    uploads = SqlUploads(ledger.database)
    upload, other = (uploads.open_upload(Ticket(announced(ledger), 10), timedelta(days=9), "test") for _ in range(2))
    batch = ledger.gather(evening(), rows(upload.upload_id, other.upload_id), "robot")

    ended = ledger.cancel_session(upload.ticket.session_id, Decision("head", "wrong-night"))

    progress = ledger.batch_progress(batch.batch_id)
    time_passes.advance(timedelta(days=2))
    assert list(ended) == []
    assert (progress.cancelled, progress.awaited) == (1, 1)
    assert uploads.upload(upload.upload_id).reason_code == "session_cancelled"
    assert [finding.count for finding in ledger.stuck(timedelta(minutes=5))] == [1]
    with pytest.raises(OperationConflictError):
        ledger.cancel_session(upload.ticket.session_id, Decision("head", "wrong-night"))


def test_an_upload_for_no_batch_is_cancelled_with_its_session(ledger: SqlLedger) -> None:
    """A session that nothing is under way for has nothing to cancel; one that comes in by parts has."""
    session_id = announced(ledger)
    uploads = SqlUploads(ledger.database)
    with pytest.raises(OperationConflictError):
        ledger.cancel_session(session_id, Decision("head", "wrong-night"))
    upload = uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")

    ledger.cancel_session(session_id, Decision("head", "wrong-night"))

    assert uploads.upload(upload.upload_id).reason_code == "session_cancelled"


def test_what_comes_after_its_batch_was_cancelled_comes_by_itself(ledger: SqlLedger) -> None:
    """The batch waits for no second upload either; a recording that is sent all the same is taken in without it."""
    session_id = announced(ledger)
    uploads = SqlUploads(ledger.database)
    upload = uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    batch = ledger.gather(evening(), rows(upload.upload_id), "robot")
    ledger.cancel_batch(batch.batch_id, Decision("head", "wrong-night"))

    uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    waits = ledger.batch_progress(batch.batch_id).awaited
    arrive(ledger, session_id)

    assert waits == 0
    assert ledger.session(session_id).session.batch_id is None
    assert taken(ledger, Stage.TRANSCRIBE).session.session_id == session_id


def test_what_was_turned_away_may_join_another_batch(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A later batch may name its next upload, and then it is that batch's; one that is awaited stays where it is."""
    session_id = announced(ledger)
    uploads = SqlUploads(ledger.database)
    upload = uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    first = ledger.gather(evening(), rows(upload.upload_id), "robot")
    awaited = ledger.find_wrong(rows(upload.upload_id))
    time_passes.advance(timedelta(hours=2))
    uploads.leftovers()

    upload = uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    second = ledger.gather(evening(), rows(upload.upload_id), "robot")
    waiting = [ledger.batch_progress(batch.batch_id) for batch in (first, second)]
    arrive(ledger, session_id)

    assert awaited == [RowProblem(1, "session_in_batch", "upload_id")]
    assert [(each.awaited, each.turned_away) for each in waiting] == [(0, 1), (1, 0)]
    assert ledger.session(session_id).session.batch_id == second.batch_id
    assert ledger.batch_progress(second.batch_id).waiting == 1


def test_what_was_turned_away_comes_with_the_manifest_that_brings_it(ledger: SqlLedger) -> None:
    """A session whose upload ended and whose recording another batch hands in belongs to that batch."""
    session_id = announced(ledger)
    uploads = SqlUploads(ledger.database)
    upload = uploads.open_upload(Ticket(session_id, 10), timedelta(hours=1), "test")
    ledger.gather(evening(), rows(upload.upload_id), "robot")
    uploads.settle_upload(upload.upload_id, UploadState.ABANDONED, None, "test")
    later = ledger.open_batch(evening())

    arrive(ledger, session_id, later.batch_id)

    assert ledger.session(session_id).session.batch_id == later.batch_id
