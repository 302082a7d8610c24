"""The child's side: load the engines once, then work off tasks until the parent is gone."""

import ctypes
import io
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection

from pipeline.adapters.isolation.wire import (
    ChannelStream,
    receive_json,
    send_error,
    send_interim,
    send_json,
    send_result,
    task_of,
    with_count,
)
from pipeline.domain.artifact import ArtifactKind
from pipeline.ports import Inputs, StageFunction, StageResult

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Die with the parent, and leave no core dump with a session in it (prctl(2)).

    The signal comes when the *thread* that started this process ends, so workers start it from one that lasts.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # An interrupt typed at the terminal is the parent's to act on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def serve(channel: Connection, build: Callable[[], StageFunction]) -> None:
    """Build the stage function, say so, and run tasks until the channel closes."""
    try:
        work = build()
    # Reported as any other failure, so that the parent can name it.
    except Exception as error:  # noqa: BLE001
        send_error(channel, error)
        return
    send_json(channel, {"ready": True})
    while True:
        try:
            frame = receive_json(channel)
        except EOFError:
            return
        _work_off(channel, work, frame)


def _work_off(channel: Connection, work: StageFunction, frame: dict[str, object]) -> None:
    task, kinds = task_of(frame)
    inputs, last = _receive_inputs(channel, kinds)

    def keep(interim: bytes) -> None:
        # The parent must be done with sending before it can listen.
        last.drain()
        send_interim(channel, interim)

    task = replace(task, keep=keep)
    began = time.monotonic()
    try:
        result: StageResult | Exception = with_count(work(task, inputs), "engine_ms", time.monotonic() - began)
    # The one seam of the child: the message of an unplanned error may hold content and stays here.
    except Exception as error:  # noqa: BLE001
        result = error
    last.drain()
    if isinstance(result, Exception):
        send_error(channel, result)
    else:
        send_result(channel, result)


def _receive_inputs(channel: Connection, kinds: list[ArtifactKind]) -> tuple[Inputs, ChannelStream]:
    whole = {kind: io.BytesIO(ChannelStream(channel).readall()) for kind in kinds[:-1]}
    last = ChannelStream(channel)
    return {**whole, kinds[-1]: io.BufferedReader(last, 1 << 20)}, last
