"""A soak: sessions come in while workers die, stall and fail at random and the servers misbehave; then one audit."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import dramatiq
import redis

from pipeline.domain.consent import Purpose
from pipeline.domain.session import Stage
from pipeline.errors import PipelineError, TransientError
from tests.chaos.deployments import Deployment
from tests.chaos.evidence import gather
from tests.chaos.fates import Dice
from tests.chaos.invariants import Violation
from tests.waiting import until
from workers.broker import make_broker
from workers.doorbell import actor_name
from workers.sweep import sweep

_TICK = timedelta(milliseconds=150)
_OPEN_SESSIONS = 25
_WORK = timedelta(milliseconds=20)
_SETTLES = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how hard, and by which seed."""

    span: timedelta
    seed: int
    workers: int = 4
    fenced: bool = True
    #: Stops the database as a crash does and starts it again; ``None`` where that cannot be done.
    crash_database: Callable[[], None] | None = None


@dataclass
class Result:
    """What happened, and what was broken."""

    settled: bool
    violations: list[Violation]
    counts: Counter[str] = field(default_factory=Counter)


class Soak:
    """Drives one deployment through its faults."""

    def __init__(self, deployment: Deployment, plan: Plan) -> None:
        """Start the row of throws."""
        self._deployment = deployment
        self._plan = plan
        self._random = random.Random(plan.seed)  # noqa: S311 - a schedule of faults, not a secret
        self._counts: Counter[str] = Counter()

    def run(self) -> Result:
        """Make trouble for the planned span, stop making it, wait until all is settled, and audit."""
        until(self._tick_past(), self._plan.span)
        for process in self._deployment.processes:
            process.kill()
            process.join()
        with suppress(PipelineError):
            for session_id in self._deployment.sessions:
                self._deployment.wiring.ledger.lift_hold(session_id, "soak")
        with self._deployment.fresh_worker(fenced=self._plan.fenced):
            settled = self._deployment.settle(_SETTLES)
        violations = self._deployment.violations()
        return Result(settled, violations, self._counted())

    def _tick_past(self) -> Callable[[], bool]:
        troubles = self._troubles()

        def tick() -> bool:
            self._keep_workers()
            with suppress(TransientError):
                self._feed()
                if self._random.random() < 0.3:
                    name, trouble = self._random.choice(troubles)
                    trouble()
                    self._counts[name] += 1
            threading.Event().wait(_TICK.total_seconds())
            return False

        return tick

    def _troubles(self) -> Sequence[tuple[str, Callable[[], None]]]:
        troubles: list[tuple[str, Callable[[], None]]] = [
            ("withdrawals", self._withdraw),
            ("holds", self._hold),
            ("sweeps at once", self._sweep_at_once),
        ]
        if self._deployment.settings.redis_url.get_secret_value():
            troubles += [("Redis flushed", self._flush), ("messages doubled", self._flood)]
        if self._plan.crash_database is not None:
            troubles.append(("database crashed", self._plan.crash_database))
        return troubles

    def _keep_workers(self) -> None:
        processes = self._deployment.processes
        dead = [process for process in processes if not process.is_alive()]
        for process in dead:
            process.join()
            processes.remove(process)
            self._counts["workers killed"] += 1
        for _ in range(self._plan.workers - len(processes)):
            dice = Dice(self._random.randrange(1 << 30))
            self._deployment.start(fate=dice, takes=_WORK, size=20_000, fenced=self._plan.fenced)

    def _feed(self) -> None:
        rows = self._deployment.wiring.ledger.sessions(100_000)
        unfinished = sum(any(not run.status.is_final for run in row.runs) for row in rows)
        for _ in range(min(3, _OPEN_SESSIONS - unfinished)):
            self._deployment.submit()

    def _withdraw(self) -> None:
        ledger = self._deployment.wiring.ledger
        session_id = self._random.choice(self._deployment.sessions)
        people, _ = ledger.consents(session_id)
        ledger.withdraw(people[0].person, tuple(Purpose), session_id, "soak")

    def _hold(self) -> None:
        session_id = self._random.choice(self._deployment.sessions)
        if self._deployment.row(session_id).held:
            self._deployment.wiring.ledger.lift_hold(session_id, "soak")
        else:
            self._deployment.wiring.ledger.place_hold(session_id, "soak", "soak")

    def _sweep_at_once(self) -> None:
        def once() -> None:
            with suppress(PipelineError):
                sweep(self._deployment.wiring.ledger, self._deployment.doorbell, timedelta(0))

        threads = [threading.Thread(target=once) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _flush(self) -> None:
        with redis.Redis.from_url(self._deployment.settings.redis_url.get_secret_value()) as client:
            client.flushall()

    def _flood(self) -> None:
        broker = make_broker(self._deployment.settings.redis_url.get_secret_value())
        run = self._random.choice(self._deployment.row(self._random.choice(self._deployment.sessions)).runs)
        for stage in Stage:
            for _ in range(5):
                message: dramatiq.Message[None] = dramatiq.Message(
                    queue_name=stage, actor_name=actor_name(stage), args=(run.run_id,), kwargs={}, options={}
                )
                broker.enqueue(message)
        broker.close()

    def _counted(self) -> Counter[str]:
        evidence = gather(self._deployment.wiring.ledger, self._deployment.wiring.objects)
        names = Counter(happening.name for happening in evidence.log)
        self._counts |= Counter(
            {
                "sessions": len(self._deployment.sessions),
                "stage runs": len(evidence.runs),
                "starts": names["stage_started"],
                "results committed": names["stage_succeeded"] + names["purge_confirmed"],
                "leases expired": names["lease_expired"],
                "failures tried again": names["stage_failed"],
                "refused": names["stage_refused"],
                "held": names["stage_held"],
                "quarantined": names["stage_quarantined"],
                "objects nobody committed": self._deployment.orphans,
            }
        )
        return self._counts
