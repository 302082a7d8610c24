"""What dashboards read of the queues, on every database."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.adapters.database import LedgerLimits, SqlLedger
from pipeline.domain.night import Batch, BatchId, new_batch_id
from pipeline.domain.operating import Decision, QueueState
from pipeline.domain.session import Stage, StageStatus, WorkerId
from pipeline.domain.window import ProcessingWindow
from pipeline.errors import BatchUnknownError, RecordingSilentError, StoreUnavailableError
from pipeline.ports.queue_view import StageDepth, StuckKind
from pipeline.ports.workers import WorkerFacts
from tests.factories import WORKER, accepted_session, finish, make_session, run_through, taken
from tests.ledger_views import events
from tests.servers.databases import OpenLedger, ShiftedTime

MINUTES = timedelta(minutes=10)
WHY = Decision("operator-7", "engine-upgrade")


def depth(ledger: SqlLedger, stage: Stage) -> StageDepth:
    """Return one stage's depth."""
    return next(depth for depth in ledger.stage_depths() if depth.stage is stage)


def make_batch(ledger: SqlLedger, manifest: str | None = None) -> Batch:
    """Return a batch that was opened."""
    return ledger.open_batch(Batch(new_batch_id(), "monday", "operator-7", manifest_sha256=manifest))


def test_depths_count_runs_and_their_sound(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Each stage tells how many runs are in each state, how much sound waits, and what was done in the last hour."""
    for _ in range(3):
        accepted_session(ledger, replace(make_session(), expected_seconds=1200.0))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), StoreUnavailableError())
    run_through(ledger, Stage.TRANSCRIBE)
    time_passes.advance(timedelta(minutes=5))

    found = depth(ledger, Stage.TRANSCRIBE)

    assert found.runs[StageStatus.READY] == 2
    assert found.delayed == 0
    assert found.ready_audio_seconds == 2400
    assert found.oldest_ready is not None
    assert (found.succeeded_last_hour, found.audio_seconds_last_hour) == (1, 600)
    assert depth(ledger, Stage.DRAFT).ready_audio_seconds == 600


def test_a_run_that_waits_for_its_next_try_is_counted_as_delayed(ledger: SqlLedger) -> None:
    """Ready and not to be taken yet is told apart from ready."""
    accepted_session(ledger)
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), StoreUnavailableError())

    assert depth(ledger, Stage.TRANSCRIBE).delayed == 1


def test_wait_times_are_percentiles(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Waiting runs from opening to start, work from start to end."""
    for minutes in (1, 3):
        accepted_session(ledger)
        time_passes.advance(timedelta(minutes=minutes))
        lease = taken(ledger, Stage.TRANSCRIBE)
        time_passes.advance(timedelta(minutes=10))
        finish(ledger, lease)

    waits = next(w for w in ledger.wait_times() if w.stage is Stage.TRANSCRIBE)

    assert waits.runs == 2
    assert waits.wait_p50 == pytest.approx(60, abs=5)
    assert waits.wait_p95 == pytest.approx(180, abs=5)
    assert waits.work_p95 == pytest.approx(600, abs=5)


def test_running_work_is_named_with_its_worker(ledger: SqlLedger) -> None:
    """Who works on what, since when, and when it was last heard of."""
    accepted = accepted_session(ledger)
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "working", WorkerFacts(1000, "0.1.0", "moonshine"))
    taken(ledger, Stage.TRANSCRIBE)

    (run,) = ledger.running()

    (worker,) = ledger.living_workers(MINUTES)
    assert (run.session_id, run.worker_id, run.attempt) == (accepted.session_id, WORKER, 1)
    assert run.beat_at is not None
    assert (worker.memory_bytes, worker.engine, worker.run_id) == (1000, "moonshine", accepted.run_id)


def test_failures_are_grouped_by_reason_and_engine(ledger: SqlLedger) -> None:
    """Runs that ended badly are counted by stage, state, reason and the engine of their worker."""
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "idle", WorkerFacts(engine="moonshine"))
    for _ in range(2):
        accepted_session(ledger)
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingSilentError())

    (group,) = ledger.failure_groups()

    assert (group.stage, group.status, group.runs) == (Stage.TRANSCRIBE, StageStatus.FAILED, 2)
    assert (group.reason_code, group.engine) == ("recording_silent", "moonshine")
    assert len(ledger.failed_runs(Stage.TRANSCRIBE, "recording_silent")) == 2
    assert ledger.failed_runs(Stage.DRAFT) == ()


def test_batch_tells_how_far_it_is(ledger: SqlLedger) -> None:
    """A batch counts its sessions by what became of them, those that were turned away apart."""
    batch = make_batch(ledger)
    for _ in range(3):
        accepted_session(ledger, replace(make_session(), batch_id=batch.batch_id, expected_seconds=60.0))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingSilentError())
    run_through(ledger)
    turned_away = make_session()
    ledger.note_refusal(batch.batch_id, turned_away.session_id, "clin-a", "consent_missing")
    ledger.note_refusal(batch.batch_id, turned_away.session_id, "clin-a", "consent_expired")

    progress = ledger.batch_progress(batch.batch_id)

    assert (progress.sessions, progress.done, progress.failed, progress.waiting) == (3, 1, 1, 1)
    assert progress.turned_away == 1
    assert ledger.batches_progress() == (progress,)
    assert ledger.cancel_batch(batch.batch_id, WHY) != ()
    assert ledger.batch_progress(batch.batch_id).cancelled == 1
    with pytest.raises(BatchUnknownError):
        ledger.batch_progress(BatchId("bat-none"))


def test_same_manifest_is_the_same_batch(ledger: SqlLedger) -> None:
    """A manifest handed in twice opens one batch, and one audit entry tells of it."""
    first = make_batch(ledger, "a" * 64)

    again = make_batch(ledger, "a" * 64)

    assert again == first
    assert ledger.batches() == (first,)
    assert events(ledger, "intake") == ["batch_opened"]


def test_stuck_runs_are_found(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Ready beside an idle worker, ready without any, a worker that fell silent: each is found and named."""
    for _ in range(2):
        accepted_session(ledger)
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "working")
    lease = taken(ledger, Stage.TRANSCRIBE)
    assert ledger.stuck(MINUTES) == ()
    time_passes.advance(timedelta(minutes=11))
    ledger.renew(lease)

    lonely = {finding.kind for finding in ledger.stuck(MINUTES)}
    ledger.beat_worker(WorkerId("worker-2"), Stage.TRANSCRIBE, "idle")
    idle = {finding.kind for finding in ledger.stuck(MINUTES)}
    ledger.steer(Stage.TRANSCRIBE, QueueState.PAUSED, WHY)
    paused = {finding.kind for finding in ledger.stuck(MINUTES)}

    assert lonely == {StuckKind.READY_WITHOUT_WORKERS, StuckKind.STALE_BEAT}
    assert idle == {StuckKind.READY_WITH_IDLE_WORKERS, StuckKind.STALE_BEAT}
    assert paused == {StuckKind.STALE_BEAT}


def test_only_urgent_sessions_start_by_day(open_ledger: OpenLedger) -> None:
    """Outside the window what is not urgent waits, and what was started is finished."""
    hour = datetime.now(UTC).hour
    later = ProcessingWindow(time((hour + 3) % 24), time((hour + 5) % 24), ZoneInfo("UTC"))
    night, day = open_ledger(), open_ledger(LedgerLimits(window=later))
    ordinary = accepted_session(night)
    urgent = accepted_session(night, replace(make_session(), priority=10))

    first = taken(day, Stage.TRANSCRIBE)

    finish(day, first)
    assert first.session.session_id == urgent.session_id
    assert day.claim(Stage.TRANSCRIBE, WORKER) is None
    assert day.claim(Stage.DRAFT, WORKER) is not None
    assert day.stuck(timedelta(0)) == () or all(f.stage is not Stage.TRANSCRIBE for f in day.stuck(timedelta(0)))
    assert taken(night, Stage.TRANSCRIBE).session.session_id == ordinary.session_id
