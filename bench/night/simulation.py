"""The night itself: real claims, completions, leases and sweeps; only the clock and the models are not real."""

import heapq
import itertools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bench.night.sessions import PEOPLE, POLICY, Evening, SimulatedWorker, consents, seeded, stored
from pipeline.adapters.database import LedgerLimits, SqlLedger, create_ledger, migrate
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.forecast import Forecast, forecast
from pipeline.domain.session import SessionId, Stage
from pipeline.domain.window import ProcessingWindow
from pipeline.errors import LeaseLostError
from pipeline.ports import Lease, StageFacts

ZONE = ZoneInfo("America/New_York")
WINDOW = ProcessingWindow(time(20), time(6), ZONE)
HANDED_IN = datetime(2026, 11, 20, 19, tzinfo=ZONE).astimezone(UTC)
OPENING = datetime(2026, 11, 20, 20, tzinfo=ZONE).astimezone(UTC)
DEADLINE = datetime(2026, 11, 21, 6, tzinfo=ZONE).astimezone(UTC)
DEATH = datetime(2026, 11, 21, 2, tzinfo=ZONE).astimezone(UTC)
#: A heartbeat is written every 15 s in earnest; a virtual night is as true with fewer, and minutes shorter.
_BEAT = timedelta(minutes=5)
_LEASE = timedelta(minutes=12)
_PATIENCE = timedelta(minutes=6)
_HOUR = timedelta(hours=1)
_MADE = {
    Stage.TRANSCRIBE: (ArtifactKind.WORKING_COPY, ArtifactKind.TRANSCRIPT),
    Stage.DRAFT: (ArtifactKind.DRAFT,),
    Stage.VERIFY: (ArtifactKind.VERDICTS,),
}
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@dataclass
class Night:
    """One night: what is to happen next, and what was foretold at each hour."""

    evening: Evening
    #: The part of the workers that dies at two o'clock.
    dying: float = 0.0
    url: str = ""
    now: datetime = HANDED_IN
    done: int = 0
    ended_at: datetime | None = None
    forecasts: list[Forecast] = field(default_factory=list)
    _events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _lengths: dict[SessionId, float] = field(default_factory=dict)
    ledger: SqlLedger = field(init=False)
    workers: list[SimulatedWorker] = field(init=False)

    def run(self) -> "Night":
        """Live through the night; return it."""
        with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            url = self.url or f"sqlite:///{folder}/ledger.sqlite3"
            migrate(url)
            self.evening = seeded(self.evening)
            self.ledger = create_ledger(url, LedgerLimits(lease=_LEASE, window=WINDOW), self._clock)
            self.workers = self.evening.fleet()
            self._hand_in()
            self._plan()
            while self._events and self.done < self.evening.sessions:
                self.now, _, happen = heapq.heappop(self._events)
                happen()
            self.ended_at = self.now
            self.ledger.close()
        return self

    def _clock(self, _connection: Connection) -> datetime:
        return self.now

    def _hand_in(self) -> None:
        self.ledger.record_consents(consents(HANDED_IN - timedelta(days=1)), "simulation")
        for session, seconds in self.evening.recordings(HANDED_IN):
            self._lengths[session.session_id] = seconds
            size = round(seconds * 9_000)
            recording = stored(session.session_id, ArtifactKind.RECORDING, 0, size, None)
            self.ledger.register(session, PEOPLE, recording, POLICY, 2)

    def _plan(self) -> None:
        self.now = OPENING
        for worker in self.workers:
            self.ledger.beat_worker(worker.worker_id, worker.stage, "idle")
            self._at(OPENING, partial(self._look, worker))
        self._at(OPENING + _BEAT, self._beat)
        self._at(OPENING + _HOUR / 60, self._foretell)
        if self.dying:
            self._at(DEATH, self._die)

    def _at(self, moment: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happen))

    def _look(self, worker: SimulatedWorker) -> None:
        """Have a worker that is free ask for work, as its poll or the doorbell makes it do."""
        if not worker.alive or worker.busy:
            return
        lease = self.ledger.claim(worker.stage, worker.worker_id)
        if lease is None:
            return
        worker.busy = True
        seconds = self.evening.work_seconds(worker, self._lengths[lease.session.session_id])
        self._at(self.now + timedelta(seconds=seconds), lambda: self._finish(worker, lease))
        self._at(self.now + _BEAT, lambda: self._renew(worker, lease))

    def _renew(self, worker: SimulatedWorker, lease: Lease) -> None:
        if worker.alive and worker.busy and self.ledger.renew(lease):
            self._at(self.now + _BEAT, lambda: self._renew(worker, lease))

    def _finish(self, worker: SimulatedWorker, lease: Lease) -> None:
        if not worker.alive:
            return
        worker.busy = False
        session_id = lease.session.session_id
        made = [stored(session_id, kind, lease.attempt, 1000, lease.keys.get(kind)) for kind in _MADE[worker.stage]]
        audio = self._lengths[session_id] if worker.stage is Stage.TRANSCRIBE else None
        try:
            opened = self.ledger.complete(lease, made, StageFacts(audio_seconds=audio))
        except LeaseLostError:
            opened = ()
        self.done += worker.stage is Stage.VERIFY
        if opened:
            self._ring(worker.stage)
        self._look(worker)

    def _ring(self, finished: Stage) -> None:
        following = {Stage.TRANSCRIBE: Stage.DRAFT, Stage.DRAFT: Stage.VERIFY}.get(finished)
        free = next((w for w in self.workers if w.stage is following and w.alive and not w.busy), None)
        if free is not None:
            self._look(free)

    def _beat(self) -> None:
        """Every few minutes: workers beat and poll, and the sweep takes from the dead what they held."""
        self.ledger.sweep(timedelta(days=1))
        for worker in self.workers:
            if worker.alive:
                self.ledger.beat_worker(worker.worker_id, worker.stage, "working" if worker.busy else "idle")
                self._look(worker)
        self._at(self.now + _BEAT, self._beat)

    def _die(self) -> None:
        transcribing = [worker for worker in self.workers if worker.stage is Stage.TRANSCRIBE]
        for worker in transcribing[: round(len(transcribing) * self.dying)]:
            worker.alive = False

    def _foretell(self) -> None:
        self.forecasts.append(forecast(self.ledger.forecast_inputs(_PATIENCE, deadline=DEADLINE)))
        self._at(self.now + _HOUR, self._foretell)
