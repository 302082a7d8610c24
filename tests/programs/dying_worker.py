"""A worker process as ``nightscribe worker`` is one, with scripted engines, a fate, and if told so no fence."""

import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from sqlalchemy import select

from config.logging import configure_logging
from config.settings import Settings
from config.wiring import MODEL_STAGES, Wiring, wire
from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.engine import WRITES
from pipeline.adapters.database.tables import stage_runs
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.session import RunId, Stage, StageStatus
from pipeline.ports import Lease, StageFacts
from tests.chaos.fates import Fate, FatedArtifacts, FatedLedger, FatedWork, Spared
from tests.chaos.scripted import ScriptedStage
from workers.process import WorkerProcess

_FORKS = multiprocessing.get_context("forkserver")
# Imported once, by the process that all workers are forked from.
_FORKS.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker process is to be."""

    settings: Settings
    log: Path
    stages: tuple[Stage, ...] = tuple(Stage)
    fate: Fate = field(default_factory=Spared)
    takes: timedelta = timedelta(0)
    size: int = 600_000
    #: The largest file it may write: what is larger finds the disk full.
    file_limit: int | None = None
    fenced: bool = True
    #: Credentials come through the environment, as in production.
    environment: tuple[tuple[str, str], ...] = ()


def start(orders: Orders) -> BaseProcess:
    """Start the worker; it drains and ends at SIGTERM."""
    process = _FORKS.Process(target=_serve, args=(orders,), daemon=True)
    process.start()
    return process


def _serve(orders: Orders) -> None:
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with orders.log.open("ab") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    os.environ.update(orders.environment)
    if orders.file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.file_limit, orders.file_limit))
    configure_logging("INFO")
    worker = make_worker(orders, wire(orders.settings))
    worker.start()
    # As in commands/worker.py: the signal may wake another thread than this one.
    while not stopping.wait(timeout=0.1):
        continue
    worker.stop()


def make_worker(orders: Orders, wiring: Wiring) -> WorkerProcess:
    """Return the product's worker process with a fate around its ledger, its store and its work."""
    ledger = wiring.ledger if orders.fenced else UnfencedLedger(wiring.ledger.database)
    fated = replace(
        wiring,
        ledger=cast("SqlLedger", FatedLedger(ledger, orders.fate)),
        artifacts=cast("EncryptedArtifactStore", FatedArtifacts(wiring.artifacts, orders.fate)),
    )
    served = [stage for stage in orders.stages if stage in MODEL_STAGES]
    work = {stage: FatedWork(ScriptedStage(orders.takes, orders.size), orders.fate) for stage in served}
    return WorkerProcess(fated, orders.stages, work)


class UnfencedLedger(SqlLedger):
    """A ledger without a fence: whoever comes may complete. It is here to show that the audit has teeth.

    The schema's own index, one living key for each kind, stands behind the fence and has to go too.
    """

    def renew(self, lease: Lease) -> bool:
        """Renew, and never say that the lease is lost."""
        super().renew(lease)
        return True

    def complete(self, lease: Lease, artifacts: Sequence[StoredArtifact], facts: StageFacts) -> Sequence[RunId]:
        """Complete whatever the run's row says."""
        mine = stage_runs.c.run_id == lease.run_id
        with self.database.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            attempt = connection.execute(select(stage_runs.c.attempt).where(mine)).scalar_one()
            connection.exec_driver_sql("DROP INDEX IF EXISTS uq_data_keys_live")
            connection.execute(stage_runs.update().where(mine).values(status=StageStatus.RUNNING))
        return super().complete(replace(lease, attempt=attempt), artifacts, facts)
