"""One look at the ledger for all who watch: several viewers of a process cost as much as one."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.errors import TransientError
from pipeline.ports import Clock
from web.ops.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known now: the newest snapshot, and since when no newer one is to be had."""

    snapshot: Snapshot | None
    #: Counts looks, so that a viewer knows what it has seen.
    number: int = 0
    failing_since: datetime | None = None


@dataclass
class Feed:
    """Keeps the newest snapshot; whoever asks first after ``every`` looks again, and the others do not wait for it."""

    look: Callable[[], Snapshot]
    clock: Clock
    every: timedelta = timedelta(seconds=5)
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _sight: Sight = Sight(None)
    _looked_at: float = float("-inf")

    def sight(self) -> Sight:
        """Return the newest sight, looking again where it is old; raise nothing where the database is away."""
        if not self._is_old():
            return self._sight
        # The first viewer of all has nothing to look at meanwhile.
        if self._looking.acquire(blocking=self._sight.snapshot is None and self._sight.failing_since is None):
            try:
                if self._is_old():
                    self._sight = self._look_again()
                    self._looked_at = time.monotonic()
            finally:
                self._looking.release()
        return self._sight

    def forget(self) -> None:
        """Have the next viewer look again, as after an action whose effect must show."""
        self._looked_at = float("-inf")

    def _is_old(self) -> bool:
        return time.monotonic() - self._looked_at >= self.every.total_seconds()

    def _look_again(self) -> Sight:
        before = self._sight
        try:
            return Sight(self.look(), before.number + 1)
        except TransientError:
            since = before.failing_since or self.clock.now()
            return Sight(before.snapshot, before.number + 1, since)
