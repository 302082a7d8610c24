"""A stage run from claim to commit, on every database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, SessionKind, Stage, StageStatus, WorkerId
from pipeline.errors import LeaseLostError
from pipeline.ports import StageFacts
from tests.factories import accepted_session, finish, make_session, run_through, stored, taken
from tests.ledger_views import entries, events, outline, status_of
from tests.servers.databases import OpenLedger, ShiftedTime


def test_session_passes_through_its_stages(ledger: SqlLedger) -> None:
    """Each success opens the next stage, and the last one opens none while nothing is due."""
    accepted = accepted_session(ledger)

    opened = run_through(ledger)

    assert opened == ()
    assert outline(ledger, accepted.session_id) == [
        ("transcribe", "succeeded"),
        ("draft", "succeeded"),
        ("verify", "succeeded"),
    ]


def test_second_delivery_does_nothing(ledger: SqlLedger) -> None:
    """A finished run is not given out again, and nothing more is recorded of it."""
    accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)
    before = events(ledger, "transcribe")

    again = ledger.claim(Stage.TRANSCRIBE, WorkerId("worker-2"))

    assert again is None
    assert events(ledger, "transcribe") == before == ["stage_opened", "stage_started", "stage_succeeded"]


def test_racing_workers_share_the_runs_out(open_ledger: OpenLedger) -> None:
    """However many workers ask at once, each run goes to exactly one of them."""
    ledgers = [open_ledger() for _ in range(4)]
    sessions = {accepted_session(ledgers[0]).session_id for _ in range(12)}

    def work(number: int) -> list[SessionId]:
        won = []
        while lease := ledgers[number].claim(Stage.TRANSCRIBE, WorkerId(f"worker-{number}")):
            won.append(lease.session.session_id)
        return won

    with ThreadPoolExecutor(4) as pool:
        won = [session_id for wins in pool.map(work, range(4)) for session_id in wins]

    assert len(won) == 12
    assert set(won) == sessions


def test_most_urgent_run_comes_first(ledger: SqlLedger) -> None:
    """A lower priority number goes first, and of equals the one that waited longer."""
    ordinary = [accepted_session(ledger).session_id for _ in range(2)]
    urgent = replace(make_session(), priority=10)
    accepted_session(ledger, urgent)

    order = [taken(ledger, Stage.TRANSCRIBE).session.session_id for _ in range(3)]

    assert order == [urgent.session_id, *ordinary]


def test_late_worker_cannot_commit(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A worker that outlived its lease can neither renew, complete, fail nor release."""
    accepted_session(ledger)
    late = taken(ledger, Stage.TRANSCRIBE)
    time_passes.advance(timedelta(minutes=5))
    ledger.sweep(timedelta(hours=1))
    current = taken(ledger, Stage.TRANSCRIBE, WorkerId("worker-2"))

    assert ledger.renew(late) is False
    with pytest.raises(LeaseLostError):
        finish(ledger, late)
    with pytest.raises(LeaseLostError):
        ledger.fail(late, LeaseLostError())
    with pytest.raises(LeaseLostError):
        ledger.release(late)
    assert ledger.renew(current) is True
    assert current.attempt == late.attempt + 1


def test_result_is_committed_once(ledger: SqlLedger) -> None:
    """A worker that commits twice is told that its lease is gone, and the first result stays."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    finish(ledger, lease)
    first = ledger.session(accepted.session_id).artifacts

    with pytest.raises(LeaseLostError):
        finish(ledger, lease)

    assert ledger.session(accepted.session_id).artifacts == first


def test_renewed_lease_outlasts_the_sweep(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A worker that beats keeps its run, however long the work takes."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    for _ in range(5):
        time_passes.advance(timedelta(seconds=60))
        assert ledger.renew(lease)

    report = ledger.sweep(timedelta(hours=1))

    assert report.leases_expired == 0
    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.RUNNING


def test_released_run_is_ready_at_once(ledger: SqlLedger) -> None:
    """A run given back counts neither as a failure nor as a crash, and its fence moves on."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)

    ledger.release(lease)

    again = taken(ledger, Stage.TRANSCRIBE)
    assert again.attempt == lease.attempt + 1
    assert ledger.session(accepted.session_id).runs[0].crash_count == 0


def test_lease_carries_what_the_stage_reads(ledger: SqlLedger) -> None:
    """Verify reads the draft and then the transcript, with the facts that rows know."""
    accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE, Stage.DRAFT)

    lease = taken(ledger, Stage.VERIFY)

    assert list(lease.inputs) == [ArtifactKind.DRAFT, ArtifactKind.TRANSCRIPT]
    assert all(artifact.data_key.wrapped for artifact in lease.inputs.values())
    assert lease.facts == {
        "participants.client": 1,
        "participants.clinician": 1,
        "voices": 2,
        "audio_seconds": 600,
        "consent_statement": "Consent to record, transcribe and draft was on file for all 2 participants"
        " (form 2026-01).",
    }


def test_new_result_replaces_the_old_one(ledger: SqlLedger) -> None:
    """A kind made again under its key counts once, and both objects stay known until a purge."""
    accepted = accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)
    lease = taken(ledger, Stage.DRAFT)
    transcript = ledger.session(accepted.session_id).artifacts[-1]
    again = stored(accepted.session_id, transcript.kind, 7, transcript.data_key)

    ledger.complete(lease, [again], StageFacts())

    kept = [a for a in ledger.session(accepted.session_id).artifacts if a.kind is transcript.kind]
    assert kept == [again]
    assert {transcript.object_key, again.object_key} <= ledger.object_keys(accepted.session_id)


def test_imported_session_starts_at_the_draft(ledger: SqlLedger) -> None:
    """A transcript that comes from outside needs no recognition."""
    accepted = accepted_session(ledger, make_session(kind=SessionKind.IMPORTED))

    lease = taken(ledger, Stage.DRAFT)

    assert lease.run_id == accepted.run_id
    assert list(lease.inputs) == [ArtifactKind.TRANSCRIPT]


def test_success_names_what_was_made(ledger: SqlLedger) -> None:
    """The audit entry of a success holds kinds, digests and sizes."""
    accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)

    facts = entries(ledger, "transcribe")[-1]["facts"]

    assert [artifact["kind"] for artifact in facts["artifacts"]] == ["working_copy", "transcript"]
    assert facts["audio_ms"] == 600_000
