"""Storing what comes in: bounded, and encrypted on its way, under the session's own new key."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.session import SessionId
from pipeline.errors import PipelineError, RecordingEmptyError, RecordingTooLargeError
from pipeline.ports import ArtifactStore
from pipeline.vocabularies import put_names

_CHUNK = 1 << 20
#: Most of a file's time is waiting for the disk.
_WRITERS = 8

#: Opens the bytes of a submission.
Opener = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes of a session that are to be stored; whoever asks for it has checked consent."""

    session_id: SessionId
    kind: ArtifactKind
    opener: Opener
    #: Content, as the bytes are.
    names: tuple[str, ...] = field(default=(), repr=False)


class Writers(Protocol):
    """Stores many at once."""

    def store_all(self, incoming: Sequence[Incoming]) -> Sequence[StoredArtifact | PipelineError]:
        """Return for each, in order, what was stored or why it was not."""
        ...


@dataclass(frozen=True, slots=True)
class Storing:
    """Stores what comes in, in this process."""

    artifacts: ArtifactStore
    max_bytes: int

    def store_all(self, incoming: Sequence[Incoming]) -> Sequence[StoredArtifact | PipelineError]:
        """Store some at a time."""
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="storing") as writers:
            return list(writers.map(self._store, incoming))

    def store(
        self, session_id: SessionId, kind: ArtifactKind, body: BinaryIO, names: tuple[str, ...] = ()
    ) -> StoredArtifact:
        """Encrypt what the body yields, and keep it; names are kept beside it under its key."""
        buffered = io.BufferedReader(_Bounded(body, self.max_bytes, session_id), _CHUNK)
        stored = self.artifacts.write(session_id, kind, 0, buffered, key=None)
        put_names(self.artifacts, stored, names)
        return stored

    def _store(self, incoming: Incoming) -> StoredArtifact | PipelineError:
        try:
            with incoming.opener() as body:
                return self.store(incoming.session_id, incoming.kind, body, incoming.names)
        except PipelineError as error:
            return error


class _Bounded(io.RawIOBase):
    """Passes a stream on and refuses it where it has no bytes or too many."""

    def __init__(self, body: BinaryIO, limit: int, session_id: SessionId) -> None:
        self._body = body
        self._limit = limit
        self._session_id = session_id
        self._seen = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer, counting."""
        chunk = self._body.read(len(buffer))
        self._seen += len(chunk)
        if self._seen == 0:
            raise RecordingEmptyError(session_id=self._session_id)
        if self._seen > self._limit:
            raise RecordingTooLargeError(session_id=self._session_id, limit_bytes=self._limit)
        buffer[: len(chunk)] = chunk
        return len(chunk)
