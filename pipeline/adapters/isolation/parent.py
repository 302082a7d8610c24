"""The worker's side: start the child, feed it, wait for it, stop it."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection

from pipeline.adapters.isolation.wire import (
    raise_error,
    receive_interim,
    receive_json,
    receive_result,
    send_json,
    send_stream,
    task_frame,
    with_count,
)
from pipeline.errors import StageCrashedError, StageStalledError
from pipeline.ports import Inputs, StageResult, StageTask


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """How long a child may take, and how many tasks it does before a fresh one takes over."""

    work: timedelta = timedelta(hours=3)
    start: timedelta = timedelta(minutes=10)
    #: A fresh process now and then bounds what models leak.
    tasks: int = 200


class ChildProcessWork:
    """Runs stage work in a child that loads its engines once and dies with its parent.

    ``command`` starts the child; the number of its channel's file descriptor is appended. ``environment``
    is all it gets to see of ours.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], setup: Mapping[str, object], limits: ChildLimits
    ) -> None:
        """Keep what is needed to start a child; start none yet."""
        self._command = tuple(command)
        self._environment = dict(environment)
        self._setup = dict(setup)
        self._limits = limits
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Connection | None = None
        self._tasks_left = 0
        self._ready = False

    def start(self) -> None:
        """Start the child now, so that its engines load while there is nothing else to do."""
        with self._starting:
            if self._process is None or self._process.poll() is not None:
                self._spawn()

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Feed the inputs in order and return the result."""
        self.start()
        channel = self._open_channel()
        began = time.monotonic()
        try:
            self._await_ready(channel)
            waited = time.monotonic() - began
            return with_count(self._exchange(channel, task, inputs), "load_ms", waited)
        except (EOFError, OSError):
            self.stop()
            raise StageCrashedError(session_id=task.session_id, stage=task.stage) from None
        finally:
            self._count_task()

    def stop(self) -> None:
        """Kill the child and everything it started."""
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        """Stop the child and let go of the channel."""
        self.stop()
        if self._channel is not None:
            self._channel.close()

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        if self._channel is not None:
            self._channel.close()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, by its full path
                [*self._command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=self._environment,
                # Speech libraries print what they hear; nothing a child prints is kept.
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._channel = Connection(ours.detach())
        self._tasks_left, self._ready = self._limits.tasks, False
        with contextlib.suppress(OSError):
            send_json(self._channel, self._setup)

    def _open_channel(self) -> Connection:
        if self._channel is None:
            raise StageCrashedError
        return self._channel

    def _await_ready(self, channel: Connection) -> None:
        if self._ready:
            return
        self._wait(channel, self._limits.start)
        raise_error(receive_json(channel))
        self._ready = True

    def _exchange(self, channel: Connection, task: StageTask, inputs: Inputs) -> StageResult:
        send_json(channel, task_frame(task, list(inputs)))
        for body in inputs.values():
            send_stream(channel, body)
        while True:
            self._wait(channel, self._limits.work)
            frame = receive_json(channel)
            interim = receive_interim(channel, frame)
            if interim is None:
                return receive_result(channel, frame)
            task.keep(interim)

    def _wait(self, channel: Connection, limit: timedelta) -> None:
        if not channel.poll(limit.total_seconds()):
            self.stop()
            raise StageStalledError

    def _count_task(self) -> None:
        self._tasks_left -= 1
        if self._tasks_left <= 0:
            self.stop()
