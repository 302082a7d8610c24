"""What passes between a worker and the process that runs its model: JSON frames and raw bytes.

No pickle crosses back: the child parses untrusted sound, so the parent trusts it with nothing but bytes.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from typing import Any, BinaryIO

from pipeline import errors
from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionId, SessionKind, Stage
from pipeline.domain.transcript import Engine
from pipeline.errors import PipelineError, UnexpectedError
from pipeline.ports import StageFacts, StageResult, StageTask

CHUNK = 1 << 20
END = b""


def send_json(channel: Connection, body: Mapping[str, object]) -> None:
    """Send one JSON frame."""
    channel.send_bytes(json.dumps(body).encode())


def receive_json(channel: Connection) -> dict[str, Any]:
    """Receive one JSON frame; raise ``EOFError`` where the other side is gone."""
    frame: dict[str, Any] = json.loads(channel.recv_bytes())
    return frame


def send_stream(channel: Connection, body: BinaryIO) -> None:
    """Send everything a stream yields, in chunks, and the end."""
    while chunk := body.read(CHUNK):
        channel.send_bytes(chunk)
    channel.send_bytes(END)


class ChannelStream(io.RawIOBase):
    """The other side's stream, read as it comes."""

    def __init__(self, channel: Connection) -> None:
        """Start at the first chunk on the channel."""
        self._channel = channel
        self._pending = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer with what has come; 0 is the end."""
        if not self._pending and not self._ended:
            self._pending = memoryview(self._channel.recv_bytes())
            self._ended = not self._pending
        size = min(len(buffer), len(self._pending))
        buffer[:size] = self._pending[:size]
        self._pending = self._pending[size:]
        return size

    def drain(self) -> None:
        """Read to the end, so that the next frame on the channel is the next message."""
        while not self._ended:
            self._ended = not self._channel.recv_bytes()


def task_frame(task: StageTask, kinds: list[ArtifactKind]) -> dict[str, object]:
    """Return a task, and the inputs that follow it, as a frame."""
    return {
        "session_id": task.session_id,
        "stage": task.stage,
        "note_format": task.note_format,
        "facts": dict(task.facts),
        "kind": task.kind,
        "names": task.names,
        "interim": task.interim.decode(),
        "inputs": kinds,
    }


def task_of(frame: Mapping[str, Any]) -> tuple[StageTask, list[ArtifactKind]]:
    """Return the task of a frame, and the kinds of the inputs that follow."""
    task = StageTask(
        SessionId(frame["session_id"]),
        Stage(frame["stage"]),
        NoteFormat(frame["note_format"]),
        frame["facts"],
        SessionKind(frame["kind"]),
        tuple(frame["names"]),
        frame["interim"].encode(),
    )
    return task, [ArtifactKind(kind) for kind in frame["inputs"]]


def send_result(channel: Connection, result: StageResult) -> None:
    """Send what a stage made."""
    send_json(channel, {"outputs": [o.kind for o in result.outputs], "facts": asdict(result.facts)})
    for output in result.outputs:
        send_stream(channel, io.BytesIO(output.body))


def with_count(result: StageResult, name: str, seconds: float) -> StageResult:
    """Return the result with a span of time among its counts, in milliseconds."""
    counts = (*result.facts.counts, (name, round(seconds * 1000)))
    return replace(result, facts=replace(result.facts, counts=counts))


def send_error(channel: Connection, error: BaseException) -> None:
    """Send a failure: a known error whole, any other by its class name alone."""
    known = error if isinstance(error, PipelineError) else UnexpectedError(kind=type(error).__name__)
    send_json(channel, {"error": type(known).__name__, "facts": known.facts})


def send_interim(channel: Connection, body: bytes) -> None:
    """Send what a stage has found out so far."""
    send_json(channel, {"interim": True})
    send_stream(channel, io.BytesIO(body))


def receive_interim(channel: Connection, frame: Mapping[str, Any]) -> bytes | None:
    """Receive what a frame announces to be kept; ``None`` where it announces something else."""
    return _receive_body(channel) if "interim" in frame else None


def receive_result(channel: Connection, frame: Mapping[str, Any]) -> StageResult:
    """Receive what the child made, as a frame announces it, or raise what it raised."""
    raise_error(frame)
    outputs = tuple(StageOutput(ArtifactKind(kind), _receive_body(channel)) for kind in frame["outputs"])
    return StageResult(outputs, _facts_of(frame["facts"]))


def raise_error(frame: Mapping[str, Any]) -> None:
    """Raise what a frame reports, if it reports an error."""
    if "error" in frame:
        raise _error_of(frame)


def _receive_body(channel: Connection) -> bytes:
    chunks: list[bytes] = []
    while chunk := channel.recv_bytes():
        chunks.append(chunk)
    return b"".join(chunks)


def _error_of(frame: Mapping[str, Any]) -> PipelineError:
    kind = getattr(errors, frame["error"], UnexpectedError)
    return kind(**frame["facts"]) if issubclass(kind, PipelineError) else UnexpectedError()


def _facts_of(frame: Mapping[str, Any]) -> StageFacts:
    engines = tuple(
        Engine(e["name"], e["version"], e["model"], tuple((key, value) for key, value in e["options"]))
        for e in frame["engines"]
    )
    counts = tuple((name, int(count)) for name, count in frame["counts"])
    return StageFacts(engines, counts, frame["audio_seconds"])
