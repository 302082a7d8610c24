"""Run workers for one or more stages until told to stop."""

import signal
import threading
from typing import Annotated

import typer

from commands.opening import open_wiring
from pipeline.domain.session import Stage
from workers.process import WorkerProcess

_LOOK_SECONDS = 0.2


def run(
    stage: Annotated[
        list[Stage] | None, typer.Option(help="A stage to serve; may be repeated. All by default.")
    ] = None,
) -> None:
    """Run workers for one or more stages until told to stop.

    SIGTERM or SIGINT drains: runs in progress finish, nothing new starts. A second one stops them and gives
    them back.
    """
    process = WorkerProcess(open_wiring(), tuple(dict.fromkeys(stage or Stage)))
    stopping = _Stopping()
    process.start()
    stopping.await_first()
    drained = threading.Thread(target=process.stop, name="drain")
    drained.start()
    while drained.is_alive() and not stopping.second.is_set():
        drained.join(timeout=_LOOK_SECONDS)
    if stopping.second.is_set():
        process.abandon()
        drained.join()


class _Stopping:
    """Counts the signals that ask this process to stop."""

    def __init__(self) -> None:
        self.first = threading.Event()
        self.second = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def await_first(self) -> None:
        """Wait for the first signal."""
        # Another thread may be given the signal, as happens to a process that was suspended; what Python does at a
        # signal it does in the main thread, and only when that one wakes.
        while not self.first.wait(timeout=_LOOK_SECONDS):
            continue

    def _on_signal(self, _number: int, _frame: object) -> None:
        (self.second if self.first.is_set() else self.first).set()
