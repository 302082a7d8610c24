"""A deployment that faults are tried on: real database, real store, real keys, scripted engines, short leases."""

import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.settings import KeySettings, QueueSettings, Settings, StoreSettings
from config.wiring import Wiring, create_keys, wire
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, Stage, StageStatus
from pipeline.intake import Intake, Submission
from pipeline.orphans import remove_orphans
from pipeline.ports import SessionRow
from pipeline.runner import Outcome, Runner
from tests.chaos.fates import Point, SleepAt
from tests.chaos.invariants import Site, Violation, unsettled, violations
from tests.chaos.scripted import ScriptedStage
from tests.factories import WORKER, make_session, permits, two_people
from tests.programs.dying_worker import Orders, make_worker, start
from tests.waiting import PATIENCE, until
from workers.broker import make_broker
from workers.doorbell import DramatiqDoorbell
from workers.process import WorkerProcess

#: Leases of a second, so that what a dead worker held is free again soon.
QUICK = QueueSettings(
    lease=timedelta(seconds=1),
    heartbeat=timedelta(milliseconds=200),
    poll=timedelta(milliseconds=100),
    sweep=timedelta(milliseconds=300),
    tries=20,
    crashes=10,
    backoff=timedelta(milliseconds=100),
)
#: How PostgreSQL is to be set so that what it confirmed outlives a crash of its own.
DURABLE = ("synchronous_commit=on",)

_numbers = itertools.count(1)


def make_settings(
    folder: Path, database_url: str, *, redis_url: str = "", store: StoreSettings | None = None
) -> Settings:
    """Return settings that keep everything in a folder, but for what the servers keep."""
    settings = Settings(
        data_dir=folder / "data",
        keys=KeySettings(folder=folder / "keys"),
        database_url=SecretStr(database_url),
        redis_url=SecretStr(redis_url),
        store=store or StoreSettings(),
        queue=QUICK,
    )
    create_keys(settings)
    return settings


def is_stopped(pid: int) -> bool:
    """Say whether a process is stopped (proc(5), the third field)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@dataclass
class Deployment:
    """The deployment, seen from the test; the workers are processes of their own."""

    settings: Settings
    folder: Path
    #: What worker processes find in their environment.
    environment: tuple[tuple[str, str], ...] = ()
    sessions: list[SessionId] = field(default_factory=list)
    processes: list[BaseProcess] = field(default_factory=list)
    #: How many objects the last audit found that nobody had committed.
    orphans: int = 0
    wiring: Wiring = field(init=False)

    def __post_init__(self) -> None:
        """Open the adapters."""
        self.wiring = wire(self.settings)
        self.doorbell = DramatiqDoorbell(make_broker(self.settings.redis_url.get_secret_value()))

    @property
    def quiet(self) -> Settings:
        """Return the settings of a worker that looks for work once, and neither sweeps nor beats after that.

        Stopped as a whole, it holds no lock; SQLite's would keep every other process waiting.
        """
        return self._queueing(**dict.fromkeys(("heartbeat", "poll", "sweep"), timedelta(hours=1)))

    @property
    def patient(self) -> Settings:
        """Return the settings of a worker that keeps its lease on a machine too busy to renew it within a second."""
        return self._queueing(lease=timedelta(minutes=1))

    def _queueing(self, **otherwise: timedelta) -> Settings:
        return self.settings.model_copy(update={"queue": self.settings.queue.model_copy(update=otherwise)})

    @property
    def log(self) -> Path:
        """Return the file that all workers log to."""
        return self.folder / "workers.log"

    def submit(self, recording: bytes | None = None) -> SessionId:
        """Hand in a recording of two people who take part in nothing else."""
        number = next(_numbers)
        people = two_people(f"client-{number}", f"clinician-{number}")
        submission = Submission(make_session(), people, self.wiring.policy, permits(people), 2)
        intake = Intake(self.wiring.ledger, self.wiring.artifacts, self.doorbell, 10_000_000)
        intake.accept(submission, BytesIO(recording or f"recording {number}".encode() * 1000))
        self.sessions.append(submission.session.session_id)
        return submission.session.session_id

    def run_before(self, stage: Stage) -> None:
        """Run the stages that come before one, in this process."""
        wiring = self.wiring
        work = dict.fromkeys(Stage, ScriptedStage())
        runner = Runner(
            wiring.ledger, wiring.artifacts, work, wiring.signer, self.doorbell, wiring.clock, QUICK.heartbeat
        )
        for earlier in itertools.takewhile(lambda each: each is not stage, Stage):
            assert runner.run_next(earlier, WORKER) is Outcome.SUCCEEDED

    def orders(self, **wanted: Any) -> Orders:  # noqa: ANN401 - whatever orders there are
        """Return orders for a worker of this deployment."""
        mine = {"settings": self.settings, "log": self.log, "environment": self.environment}
        return Orders(**{**mine, **wanted})

    def start(self, **wanted: Any) -> BaseProcess:  # noqa: ANN401 - whatever orders there are
        """Start a worker process."""
        self.processes.append(start(self.orders(**wanted)))
        return self.processes[-1]

    @contextmanager
    def fresh_worker(self, **wanted: Any) -> Iterator[WorkerProcess]:  # noqa: ANN401 - whatever orders there are
        """Run a worker for every stage in this process."""
        orders = self.orders(**wanted)
        wiring = wire(orders.settings)
        worker = make_worker(orders, wiring)
        worker.start()
        try:
            yield worker
        finally:
            worker.stop()
            wiring.ledger.close()

    def outlive(self, stage: Stage, point: Point, *, fenced: bool = True) -> None:
        """Stop a worker at a point, let another take over and finish the stage, then let the first go on."""
        self.run_before(stage)
        zombie = self.start(settings=self.quiet, stages=(stage,), fate=SleepAt(stage, point), fenced=fenced)
        assert until(lambda: is_stopped(zombie.pid or 0))
        with self.fresh_worker(fenced=fenced):
            assert until(lambda: self.status(stage) is StageStatus.SUCCEEDED)
            os.kill(zombie.pid or 0, signal.SIGCONT)
            os.kill(zombie.pid or 0, signal.SIGTERM)
            zombie.join(120)
            assert self.settle()
        assert zombie.exitcode == 0

    def row(self, session_id: SessionId | None = None) -> SessionRow:
        """Return a session, by default the only one."""
        return self.wiring.ledger.session(session_id or self.sessions[0])

    def status(self, stage: Stage, session_id: SessionId | None = None) -> StageStatus | None:
        """Return where the newest run of a stage stands."""
        return next((run.status for run in reversed(self.row(session_id).runs) if run.stage is stage), None)

    def settle(self, within: timedelta = PATIENCE) -> bool:
        """Wait until nothing is to happen any more by itself; say whether that came."""
        return until(lambda: not unsettled(self.wiring.ledger), within)

    def read(self, kind: ArtifactKind, session_id: SessionId | None = None) -> bytes:
        """Return what an artifact of a session says."""
        artifact = next(a for a in self.row(session_id).artifacts if a.kind is kind)
        with self.wiring.artifacts.read(artifact) as body:
            return body.read()

    def violations(self) -> list[Violation]:
        """Remove what nobody committed, then audit everything."""
        wiring = self.wiring
        self.orphans = remove_orphans(
            wiring.objects, wiring.ledger.object_keys, wiring.clock.now() + timedelta(hours=1), timedelta(0)
        )
        site = Site(wiring.ledger, wiring.objects, wiring.artifacts, wiring.signer)
        return violations(site, self.sessions)

    def close(self) -> None:
        """End every worker and close every connection."""
        for process in self.processes:
            if process.is_alive() and process.pid:
                os.kill(process.pid, signal.SIGCONT)
                process.kill()
            process.join()
        self.wiring.ledger.close()
