"""Uploads in parts: each part is encrypted on its own as it streams, and on completion all become the recording.

No plaintext is ever on a disk, and memory does not grow with the recording. A part is kept whole or not at all, so
whoever was cut off goes on from the last offset, through any process.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.session import SessionId
from pipeline.errors import (
    ConsentError,
    PermanentError,
    PipelineError,
    RecordingTooLargeError,
    TransientError,
    UploadChecksumError,
    UploadTooLargeError,
)
from pipeline.intake import Intake, Submission
from pipeline.ports import ArtifactStore, ObjectStore
from pipeline.ports.arrivals import ExpectedSession
from pipeline.ports.uploads import Ticket, Upload, UploadId, UploadLedger, UploadState

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes recordings in part by part."""

    ledger: UploadLedger
    artifacts: ArtifactStore
    objects: ObjectStore
    intake: Intake
    expected: Callable[[SessionId], ExpectedSession]
    #: How long a ticket is good for.
    lasts: timedelta

    def open(self, ticket: Ticket, actor: str) -> Upload:
        """Hand out a ticket; raise ``RecordingTooLargeError`` and what ``open_upload`` raises."""
        if ticket.size_bytes > self.intake.max_bytes:
            raise RecordingTooLargeError(session_id=ticket.session_id, limit_bytes=self.intake.max_bytes)
        return self.ledger.open_upload(ticket, self.lasts, actor)

    def receive(self, upload_id: UploadId, offset: int, body: BinaryIO, sha256: bytes) -> Upload:
        """Keep a part that comes whole, fits and has this digest; else keep nothing of it and raise."""
        turn = self.ledger.begin_part(upload_id, offset)
        part = _CheckedPart(body, turn.room_bytes, sha256)
        reader = io.BufferedReader(part, _CHUNK)
        stored = self.artifacts.write(turn.session_id, ArtifactKind.RECORDING, turn.number, reader, key=turn.key)
        try:
            return self.ledger.keep_part(upload_id, offset, part.seen, stored)
        except PipelineError:
            self.objects.destroy(stored.object_key)
            raise

    def complete(self, upload_id: UploadId, actor: str) -> Upload:
        """Make the parts the session's recording and open its first stage; again, it changes nothing."""
        parts = self.ledger.begin_completion(upload_id)
        if parts:
            self._accept(self.ledger.upload(upload_id), parts, actor)
        return self.ledger.upload(upload_id)

    def abandon(self, upload_id: UploadId, actor: str) -> None:
        """Give an upload up and delete what has come."""
        self.ledger.settle_upload(upload_id, UploadState.ABANDONED, None, actor)
        self.remove_leftovers()

    def remove_leftovers(self) -> int:
        """Delete the bytes of uploads that are over, also of those that nobody goes on with; return how many parts."""
        removed = 0
        for upload_id, stored in self.ledger.leftovers():
            self.objects.destroy(stored.object_key)
            self.ledger.forget_part(upload_id, stored)
            removed += 1
        return removed

    def _accept(self, upload: Upload, parts: Sequence[StoredArtifact], actor: str) -> None:
        announced = self.expected(upload.ticket.session_id)
        submission = Submission(
            announced.session, announced.participants, announced.policy, voices=announced.voices, actor=actor
        )
        try:
            joined = _Joined(self._streams(parts), upload.ticket.sha256)
            self.intake.accept(submission, io.BufferedReader(joined, _CHUNK))
        except (ConsentError, UploadChecksumError) as error:
            # What consent no longer covers, and what is not what was to be sent, cannot be mended by going on.
            self._settle(upload, UploadState.ABANDONED, error, actor)
            raise
        except (PermanentError, TransientError) as error:
            self._settle(upload, UploadState.OPEN, error, actor)
            raise
        self.ledger.settle_upload(upload.upload_id, UploadState.COMPLETED, None, actor)
        self.remove_leftovers()

    def _settle(self, upload: Upload, state: UploadState, error: PipelineError, actor: str) -> None:
        self.ledger.settle_upload(upload.upload_id, state, error.reason_code, actor)
        with suppress(TransientError):
            self.remove_leftovers()

    def _streams(self, parts: Sequence[StoredArtifact]) -> Iterable[BinaryIO]:
        return (self.artifacts.read(part) for part in parts)


class _CheckedPart(io.RawIOBase):
    """Passes a part on, and fails at its end, or before, where it is not what it should be."""

    def __init__(self, body: BinaryIO, room_bytes: int, sha256: bytes) -> None:
        self._body = body
        self._room = room_bytes
        self._expected = sha256
        self._digest = hashlib.sha256()
        self.seen = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer, counting and digesting."""
        block = self._body.read(len(buffer))
        if not block and (self._digest.digest() != self._expected or not self.seen):
            raise UploadChecksumError
        self.seen += len(block)
        if self.seen > self._room:
            raise UploadTooLargeError(room_bytes=self._room)
        self._digest.update(block)
        buffer[: len(block)] = block
        return len(block)


class _Joined(io.RawIOBase):
    """Several streams as one, which fails at its end where the whole does not have the digest told."""

    def __init__(self, streams: Iterable[BinaryIO], sha256: str | None) -> None:
        self._streams = iter(streams)
        self._current: BinaryIO | None = None
        self._expected = sha256
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer with what comes next."""
        block = self._block(len(buffer))
        if self._expected is not None:
            self._digest.update(block)
            if not block and self._digest.hexdigest() != self._expected:
                raise UploadChecksumError
        buffer[: len(block)] = block
        return len(block)

    def _block(self, size: int) -> bytes:
        while True:
            block = b"" if self._current is None else self._current.read(size)
            if block or not self._next():
                return block

    def _next(self) -> bool:
        if self._current is not None:
            self._current.close()
        self._current = next(self._streams, None)
        return self._current is not None
