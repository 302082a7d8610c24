"""A stage's worker: one run at a time, woken by the doorbell or by its own clock."""

import threading
from dataclasses import dataclass, field

import structlog

from config.places import place_of
from pipeline.domain.session import Stage, WorkerId
from pipeline.errors import PipelineError
from pipeline.runner import Outcome, Runner

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StageWorker:
    """Works off what is ready of one stage."""

    stage: Stage
    worker_id: WorkerId
    runner: Runner
    #: How many results of it were turned away, because their lease was lost.
    came_too_late: int = 0
    #: Set after each run, for whoever waits in this process for what came of it.
    ended: threading.Event = field(default_factory=threading.Event)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    _rung: threading.Event = field(default_factory=threading.Event)
    _draining: threading.Event = field(default_factory=threading.Event)

    def work_off(self) -> bool:
        """Run what is ready until nothing is, or until told to drain; one caller works, the others only ring.

        Say whether this call found nothing to do, neither for itself nor for who is at work already.
        """
        self._rung.set()
        worked, ran = False, 0
        # A ring that came while the last claim found nothing must not wait for the next poll.
        while self._rung.is_set() and self._one_at_a_time.acquire(blocking=False):
            try:
                self._rung.clear()
                ran += self._run_all()
                worked = True
            finally:
                self._one_at_a_time.release()
        return worked and not ran

    def drain(self) -> None:
        """Take no further run; the one in progress goes on."""
        self._draining.set()

    @property
    def is_busy(self) -> bool:
        """Say whether a run is in progress."""
        return self._one_at_a_time.locked()

    def _run_all(self) -> int:
        ran = 0
        while not self._draining.is_set() and self._run_one() is not Outcome.NOTHING_READY:
            ran += 1
            self.ended.set()
        return ran

    def _run_one(self) -> Outcome:
        try:
            outcome = self.runner.run_next(self.stage, self.worker_id)
        # The ledger is out of reach: the lease lapses or is renewed when it is back; the poll tries again.
        except PipelineError as error:
            log.warning("stage_worker_paused", stage=self.stage, reason_code=error.reason_code)
            return Outcome.NOTHING_READY
        # The seam to dramatiq, which would log and keep a traceback: only the class name and our own line cross.
        except Exception as error:  # noqa: BLE001
            name, where = type(error).__name__, place_of(error)
            log.error("stage_worker_failed", stage=self.stage, error=name, where=where)  # noqa: TRY400
            return Outcome.NOTHING_READY
        self.came_too_late += outcome is Outcome.LEASE_LOST
        return outcome
