"""What a worker does beside answering the doorbell: look for work itself, sweep, and show that it lives."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from pipeline.errors import PipelineError

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Rounds:
    """Calls a function every so often, in a thread of its own, until stopped."""

    name: str
    every: timedelta
    do: Callable[[], object]
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Go round for the first time at once."""
        self._thread = threading.Thread(target=self._go_round, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the round in progress."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _go_round(self) -> None:
        while not self._stopped.is_set():
            try:
                self.do()
            except PipelineError as error:
                log.warning("round_failed", round=self.name, reason_code=error.reason_code)
            # A round that dies stops recovery for good, so it is named and the next one tried.
            except Exception as error:  # noqa: BLE001
                log.error("round_failed", round=self.name, error=type(error).__name__)  # noqa: TRY400 - no traceback
            self._stopped.wait(self.every.total_seconds())
