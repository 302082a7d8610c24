"""Workers: the doorbell, one run at a time, rounds that survive."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from structlog.testing import capture_logs

from pipeline.domain.session import RunId, Stage, WorkerId
from pipeline.errors import DatabaseUnavailableError
from pipeline.ports import SweepReport
from pipeline.runner import Outcome
from tests.fakes import RecordingDoorbell
from tests.waiting import until
from workers.actors import declare_actor
from workers.broker import make_broker
from workers.doorbell import DramatiqDoorbell
from workers.rounds import Rounds
from workers.stage_worker import StageWorker
from workers.sweep import sweep

WORKER = WorkerId("worker-1")


@dataclass
class CountingRunner:
    """Has so many runs to give, and does something at each."""

    ready: int = 0
    deed: Callable[[], None] = field(default=lambda: None)
    runs: int = 0

    def run_next(self, _stage: Stage, _worker_id: WorkerId) -> Outcome:
        """Do the deed for a run, or say that nothing is ready."""
        if self.runs >= self.ready:
            return Outcome.NOTHING_READY
        self.runs += 1
        self.deed()
        return Outcome.SUCCEEDED


def stage_worker(runner: object) -> StageWorker:
    return StageWorker(Stage.DRAFT, WORKER, runner)  # type: ignore[arg-type]  # a fake of the runner


def test_a_ring_works_off_all_that_is_ready() -> None:
    """One message is enough for any number of ready runs."""
    runner = CountingRunner(ready=3)

    stage_worker(runner).work_off()

    assert runner.runs == 3


def test_who_waits_in_the_same_process_learns_of_each_end() -> None:
    """A run that ended is told at once, and a look that found nothing ready is not."""
    at_work, at_rest = stage_worker(CountingRunner(ready=1)), stage_worker(CountingRunner())

    for worker in (at_work, at_rest):
        worker.work_off()

    assert at_work.ended.is_set()
    assert not at_rest.ended.is_set()


def test_a_ring_during_work_is_not_lost() -> None:
    """A run that becomes ready while the worker finishes is found without waiting for the next poll."""
    runner = CountingRunner(ready=1)
    worker = stage_worker(runner)

    def ring_once_more() -> None:
        if runner.runs == 1:
            runner.ready = 2
            worker.work_off()

    runner.deed = ring_once_more
    worker.work_off()

    assert runner.runs == 2


def test_only_one_run_goes_on_at_a_time() -> None:
    """Two deliveries at once do not start two models."""
    begun, finish = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        finish.wait(60)

    runner = CountingRunner(ready=1, deed=wait)
    worker = stage_worker(runner)
    first = threading.Thread(target=worker.work_off)
    first.start()
    begun.wait(60)
    worker.work_off()
    runs_meanwhile = runner.runs
    finish.set()
    first.join()

    assert runs_meanwhile == 1


def test_a_draining_worker_takes_nothing_more() -> None:
    """After the order to drain, ready runs are left for others."""
    runner = CountingRunner(ready=3)
    worker = stage_worker(runner)
    worker.drain()
    worker.work_off()

    assert runner.runs == 0


@pytest.mark.parametrize("error", [DatabaseUnavailableError(), ValueError("heliotrope canary")])
def test_trouble_in_the_ledger_neither_kills_the_worker_nor_reaches_the_log(error: Exception) -> None:
    """A worker outlives a ledger that fails; the log gets a code or a class name."""

    def fail() -> None:
        raise error

    with capture_logs() as logs:
        stage_worker(CountingRunner(ready=1, deed=fail)).work_off()

    assert len(logs) == 1
    assert "heliotrope" not in str(logs)


def test_a_message_reaches_its_stages_worker() -> None:
    """What the doorbell rings on a queue, that stage's actor answers, and no other."""
    broker = make_broker("")
    runners = {stage: CountingRunner(ready=1) for stage in Stage}
    for stage, runner in runners.items():
        declare_actor(broker, StageWorker(stage, WORKER, runner))  # type: ignore[arg-type]  # a fake of the runner
    consumer = dramatiq.Worker(broker, worker_timeout=10, worker_threads=1)
    consumer.start()
    DramatiqDoorbell(broker).ring(Stage.VERIFY, RunId("run-1"))
    answered = until(lambda: runners[Stage.VERIFY].runs == 1)
    consumer.stop()

    assert answered
    assert sum(runner.runs for runner in runners.values()) == 1


def test_a_message_is_one_opaque_id() -> None:
    """Nothing but a run's id lies in a queue."""
    broker = make_broker("")
    assert isinstance(broker, StubBroker)
    DramatiqDoorbell(broker).ring(Stage.DRAFT, RunId("run-1"))

    message = dramatiq.Message.decode(broker.queues[Stage.DRAFT].get_nowait())

    assert (message.args, message.kwargs, message.options) == (("run-1",), {}, {})


@pytest.mark.parametrize("error", [RedisConnectionError("gone"), ResponseError("OOM"), TimeoutError()])
def test_a_broken_bell_is_logged_and_swallowed(error: Exception) -> None:
    """Redis away, full or slow: the work is in the ledger, so ringing never fails the caller."""

    class BrokenBroker(StubBroker):
        def enqueue(self, message: object, *, delay: object = None) -> object:
            raise error

    with capture_logs() as logs:
        DramatiqDoorbell(BrokenBroker()).ring(Stage.DRAFT, RunId("run-1"))

    assert [line["event"] for line in logs] == ["doorbell_unrung"]


def test_rounds_survive_a_round_that_fails() -> None:
    """A failed round is named, and the next one comes."""
    count = CountingRunner()

    def fail_first() -> None:
        count.runs += 1
        if count.runs == 1:
            raise ValueError("heliotrope canary")

    rounds = Rounds("test", timedelta(milliseconds=5), fail_first)
    with capture_logs() as logs:
        rounds.start()
        went_on = until(lambda: count.runs >= 3)
        rounds.stop()

    assert went_on
    assert [(line["event"], line["error"]) for line in logs] == [("round_failed", "ValueError")]


def test_the_sweep_rings_for_what_nobody_heard_of() -> None:
    """A ready run whose message was lost is rung for again."""
    doorbell = RecordingDoorbell()

    sweep(OneUnrung(), doorbell, timedelta(seconds=30))  # type: ignore[arg-type]  # only sweep is called

    assert doorbell.rings == [(Stage.DRAFT, RunId("run-9"))]


class OneUnrung:
    """A registry whose sweep finds one ready run that nobody heard of."""

    def sweep(self, _unrung_after: timedelta) -> SweepReport:
        """Return it."""
        return SweepReport(unrung=((Stage.DRAFT, RunId("run-9")),))
