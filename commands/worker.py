"""Run workers for one or more stages until told to stop."""

import signal
import threading
from typing import Annotated

import typer

from commands.opening import open_wiring
from pipeline.domain.session import Stage
from workers.process import WorkerProcess

NAME = "worker"


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
    stopping.first.wait()
    drained = threading.Thread(target=process.stop, name="drain")
    drained.start()
    while drained.is_alive() and not stopping.second.is_set():
        drained.join(timeout=0.2)
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

    def _on_signal(self, _number: int, _frame: object) -> None:
        (self.second if self.first.is_set() else self.first).set()
