"""What a forecast is made from, on every database."""

from dataclasses import replace
from datetime import timedelta

from pipeline.adapters.database import SqlLedger
from pipeline.domain.forecast import forecast
from pipeline.domain.night import Batch, new_batch_id
from pipeline.domain.operating import Decision, QueueState
from pipeline.domain.session import Stage, WorkerId
from tests.factories import WORKER, accepted_session, finish, make_session, taken
from tests.servers.databases import ShiftedTime

MINUTES = timedelta(minutes=10)
WHY = Decision("operator-7", "engine-upgrade")


def test_sessions_are_work_for_every_stage_before_them(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """What waits for its first stage waits for the later ones too; what runs counts by what is left of it."""
    for _ in range(4):
        accepted_session(ledger)
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "working")
    lease = taken(ledger, Stage.TRANSCRIBE)
    time_passes.advance(timedelta(seconds=60))
    finish(ledger, lease)
    taken(ledger, Stage.TRANSCRIBE)
    time_passes.advance(timedelta(seconds=30))

    found = ledger.forecast_inputs(MINUTES)

    loads = {load.stage: load for load in found.loads}
    assert [loads[stage].sessions for stage in (Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY)] == [3, 4, 4]
    assert found.sessions == 4
    assert 1400 <= loads[Stage.TRANSCRIBE].audio <= 1600
    assert loads[Stage.TRANSCRIBE].pace.measured == 1
    assert 9 < loads[Stage.TRANSCRIBE].pace.capacity < 11
    assert loads[Stage.DRAFT].pace.workers == 0


def test_dead_drained_and_paused_do_not_count(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Workers that fell silent or were drained are not counted on, and a paused stage has no end."""
    accepted_session(ledger)
    ledger.beat_worker(WorkerId("worker-dead"), Stage.TRANSCRIBE, "idle")
    time_passes.advance(timedelta(minutes=11))
    for name in ("worker-2", "worker-3"):
        ledger.beat_worker(WorkerId(name), Stage.TRANSCRIBE, "idle")
    for stage in (Stage.DRAFT, Stage.VERIFY):
        ledger.beat_worker(WorkerId(f"worker-{stage}"), stage, "idle")
    ledger.drain_worker(WorkerId("worker-3"), WHY)

    alive = ledger.forecast_inputs(MINUTES)
    ledger.steer(Stage.TRANSCRIBE, QueueState.PAUSED, WHY)
    paused = ledger.forecast_inputs(MINUTES)

    assert alive.loads[0].pace.workers == 1
    assert forecast(alive).expected is not None
    assert forecast(paused).expected is None


def test_batch_waits_for_what_is_as_urgent(ledger: SqlLedger) -> None:
    """A batch's forecast counts its own sessions and those that go before or beside them, not the ones behind."""
    batch = ledger.open_batch(Batch(new_batch_id(), "monday", "operator-7"))
    accepted_session(ledger, replace(make_session(), batch_id=batch.batch_id, priority=50))
    accepted_session(ledger, replace(make_session(), priority=10))
    accepted_session(ledger, replace(make_session(), priority=100))

    assert ledger.forecast_inputs(MINUTES, batch.batch_id).sessions == 2
    assert ledger.forecast_inputs(MINUTES).sessions == 3
