"""The morning report's rows, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.report.morning import render_morning_html, render_morning_text
from pipeline.domain.morning import Standing, morning
from pipeline.domain.night import Batch, new_batch_id
from pipeline.domain.operating import Decision
from pipeline.domain.session import Session, SessionId, Stage
from pipeline.errors import RecordingSilentError
from pipeline.ports import StageFacts
from tests.factories import accepted_session, make_session, run_through, stored, taken

WHY = Decision("operator-7", "engine-upgrade")


def of(clinician: str, name: str) -> Session:
    """Return a session of a clinician."""
    return replace(make_session(SessionId(name)), clinician=clinician, submitted_at=datetime.now(UTC))


def test_report_tells_what_became_of_each_session(ledger: SqlLedger) -> None:
    """Ready, flagged, failed, cancelled, under way and turned away are told apart, each with its reason."""
    accepted_session(ledger, of("clin-a", "visit-ready"))
    run_through(ledger)
    accepted_session(ledger, of("clin-a", "visit-flagged"))
    run_through(ledger, Stage.TRANSCRIBE, Stage.DRAFT)
    lease = taken(ledger, Stage.VERIFY)
    kinds = [stored(lease.session.session_id, kind, 1) for kind in ()]
    ledger.complete(lease, kinds, StageFacts(counts=(("unsupported", 2), ("supported", 9))))
    accepted_session(ledger, of("clin-b", "visit-failed"))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingSilentError())
    accepted_session(ledger, of("clin-b", "visit-cancelled"))
    ledger.cancel_session(SessionId("visit-cancelled"), WHY)
    accepted_session(ledger, of("clin-b", "visit-waiting"))
    batch = ledger.open_batch(Batch(new_batch_id(), "monday", "operator-7"))
    ledger.note_refusal(batch.batch_id, SessionId("visit-away"), "clin-b", "consent_missing")

    rows = ledger.morning_rows(datetime.now(UTC) - timedelta(hours=1))

    assert {row.session_id: (row.standing, row.reason_code) for row in rows} == {
        "visit-ready": (Standing.READY, None),
        "visit-flagged": (Standing.FLAGGED, None),
        "visit-failed": (Standing.FAILED, "recording_silent"),
        "visit-cancelled": (Standing.CANCELLED, "session_cancelled"),
        "visit-waiting": (Standing.UNDER_WAY, None),
        "visit-away": (Standing.WAITING_FOR_CONSENT, "consent_missing"),
    }
    found = morning(datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2026, 11, 21, 6, tzinfo=UTC), rows)
    text, html = render_morning_text(found, UTC), render_morning_html(found, UTC)
    assert "     1  Ready for review" in text
    assert "clin-a: 1 ready for review, 1 ready, with sentences to look at first" in text
    assert "visit-failed  Failed (recording_silent)" in text
    assert "<code>consent_missing</code>" in html
    assert "Record their consent, then submit again." in html
