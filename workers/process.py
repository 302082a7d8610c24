"""A worker process: brokers, actors, rounds and model processes for the stages it serves."""

import os
import socket
import threading
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Protocol

import dramatiq
import structlog

from config.engine_names import engine_name, program_version
from config.wiring import Wiring, stage_work
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.adapters.metrics import LedgerCollector, RunMeter, look, make_registry, serve_metrics
from pipeline.audit.checkpoint import add_checkpoint
from pipeline.domain.operating import QueueState
from pipeline.domain.session import Stage, WorkerId
from pipeline.inspection import inspect_rows, inspect_store
from pipeline.ports import StageWork
from pipeline.ports.workers import WorkerFacts
from pipeline.runner import Runner
from workers.actors import declare_actor
from workers.broker import make_broker
from workers.doorbell import DramatiqDoorbell
from workers.memory import resident_bytes
from workers.rounds import Rounds
from workers.stage_worker import StageWorker
from workers.sweep import sweep

log = structlog.get_logger(__name__)

#: How long a dramatiq consumer sleeps between looks at its queue.
_LOOK_MS = 50
_CHECKPOINT = timedelta(hours=1)
_INSPECTION = timedelta(minutes=5)
_LISTING = timedelta(hours=1)
_SETTLED = timedelta(hours=1)


class LastingWork(StageWork, Protocol):
    """Stage work that lives as long as its worker does."""

    def start(self) -> None:
        """Get ready for the first task."""
        ...

    def close(self) -> None:
        """Stop, and let go of everything."""
        ...


def _close(work: LastingWork) -> None:
    work.close()


class WorkerProcess:
    """Serves stages until told to stop; each stage has its own queue, one run at a time, and its own model process."""

    def __init__(
        self, wiring: Wiring, stages: Sequence[Stage], work: Mapping[Stage, LastingWork] | None = None
    ) -> None:
        """Build everything; start nothing. ``work`` stands in for the model processes of the settings."""
        self._wiring = wiring
        self._broker = make_broker(wiring.settings.redis_url.get_secret_value())
        self.doorbell = DramatiqDoorbell(self._broker)
        self._watch = SqlWatch(wiring.ledger.database)
        self._registry = make_registry(LedgerCollector(partial(look, wiring.ledger, self._watch)))
        self._meter = RunMeter(self._registry)
        self._served = ExitStack()
        self._work: Mapping[Stage, LastingWork] = work or stage_work(wiring.settings, tuple(stages))
        self._runner = Runner(
            wiring.ledger,
            wiring.artifacts,
            self._work,
            wiring.signer,
            self.doorbell,
            wiring.clock,
            wiring.settings.queue.heartbeat,
            self._meter,
        )
        #: Set whenever a run of any stage ended.
        self.ended = threading.Event()
        self._workers = [self._stage_worker(stage) for stage in stages]
        self._consumer = self._make_consumer()
        self._rounds = self._make_rounds()

    def start(self) -> None:
        """Start model processes, consumers, rounds, and where metrics are read."""
        metrics = self._wiring.settings.metrics
        self._served.enter_context(serve_metrics(self._registry, metrics.host, metrics.port))
        for work in self._work.values():
            work.start()
        self._consumer.start()
        for rounds in self._rounds:
            rounds.start()
        log.info("worker_started", count=len(self._workers))

    def abandon(self) -> None:
        """Stop the runs in progress and give them back, so that another worker takes them at once."""
        self._runner.abandon()

    def stop(self) -> None:
        """Take no more work, let the runs in progress finish, and go."""
        for worker in self._workers:
            worker.drain()
        busy = {worker.stage for worker in self._workers if worker.is_busy}
        with ThreadPoolExecutor(thread_name_prefix="closing") as closing:
            # Who is at rest starts nothing more, and a large process takes a while to give its memory back.
            closed = closing.map(_close, [work for stage, work in self._work.items() if stage not in busy])
            for rounds in self._rounds:
                rounds.stop()
            self._consumer.stop()
            for stage in busy & set(self._work):
                self._work[stage].close()
            for worker in self._workers:
                self._beat(worker, "stopped")
            list(closed)
        self._served.close()
        log.info("worker_stopped", count=len(self._workers))

    def _stage_worker(self, stage: Stage) -> StageWorker:
        worker_id = WorkerId(f"{socket.gethostname()}-{os.getpid()}-{stage}-{uuid.uuid4().hex[:6]}")
        return StageWorker(stage, worker_id, self._runner, ended=self.ended)

    def _make_consumer(self) -> dramatiq.Worker:
        for worker in self._workers:
            declare_actor(self._broker, worker, self._meter.rang_in_vain)
        stages = {worker.stage for worker in self._workers}
        return dramatiq.Worker(
            self._broker, queues={str(stage) for stage in stages}, worker_timeout=_LOOK_MS, worker_threads=len(stages)
        )

    def _make_rounds(self) -> list[Rounds]:
        queue = self._wiring.settings.queue
        polls = [Rounds(f"poll-{w.stage}", queue.poll, w.work_off) for w in self._workers]
        beats = [Rounds(f"beat-{w.stage}", queue.heartbeat, partial(self._beat_now, w)) for w in self._workers]
        rounds = [*polls, *beats, Rounds("sweep", queue.sweep, self._sweep)]
        if any(worker.stage is Stage.PURGE for worker in self._workers):
            rounds.append(Rounds("checkpoint", _CHECKPOINT, self._checkpoint))
            rounds.append(Rounds("inspection", _INSPECTION, partial(inspect_rows, self._watch)))
            rounds.append(Rounds("listing", _LISTING, self._inspect_store))
        return rounds

    def _checkpoint(self) -> None:
        """Sign where the audit streams end, even when nothing happened, so that a gap shows."""
        add_checkpoint(self._wiring.ledger, self._wiring.signer)

    def _inspect_store(self) -> None:
        """Hold the store against the rows; an object younger than any stage may be about to be committed."""
        before = self._wiring.clock.now() - self._wiring.settings.queue.stage_limit - _SETTLED
        inspect_store(self._watch, self._wiring.objects, before)

    def _sweep(self) -> None:
        report = sweep(self._wiring.ledger, self.doorbell, self._wiring.settings.queue.sweep)
        self._meter.swept(report.leases_expired, report.quarantined)

    def _beat_now(self, worker: StageWorker) -> None:
        state = "working" if worker.is_busy else self._rests(worker)
        self._beat(worker, state)

    def _rests(self, worker: StageWorker) -> str:
        """Return why a worker does nothing."""
        ledger = self._wiring.ledger
        if ledger.is_drained(worker.worker_id):
            return "drained"
        return "paused" if ledger.control(worker.stage).state is QueueState.PAUSED else "idle"

    def _beat(self, worker: StageWorker, state: str) -> None:
        facts = WorkerFacts(
            resident_bytes(), program_version(), engine_name(worker.stage, self._wiring.settings), worker.came_too_late
        )
        self._wiring.ledger.beat_worker(worker.worker_id, worker.stage, state, facts)
