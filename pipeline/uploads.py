"""Uploads in parts: each is encrypted on its own as it streams, and on completion all as they lie are the recording.

No plaintext is ever on a disk, and memory does not grow with the recording. A part is kept whole or not at all, so
whoever was cut off goes on from the last offset, through any process.
"""

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.session import SessionId, first_stage
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
from pipeline.ports import ObjectStore, PartStore
from pipeline.ports.arrivals import ExpectedSession
from pipeline.ports.uploads import CompletionTurn, Ticket, Upload, UploadId, UploadLedger, UploadState
from pipeline.vocabularies import names_at, put_names, remove_names

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes recordings in part by part."""

    ledger: UploadLedger
    artifacts: PartStore
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

    def receive(self, upload_id: UploadId, offset: int, body: io.RawIOBase, sha256: bytes) -> Upload:
        """Keep a part that comes whole, fits and has this digest; else keep nothing of it and raise."""
        turn = self.ledger.begin_part(upload_id, offset)
        part = _CheckedPart(body, turn.room_bytes, sha256)
        # Unbuffered, so that what came is digested and encrypted where it lies.
        reader = cast("BinaryIO", part)
        stored = self.artifacts.write_part(turn.session_id, ArtifactKind.RECORDING, turn.number, reader, key=turn.key)
        try:
            return self.ledger.keep_part(upload_id, offset, part.seen, stored)
        except PipelineError:
            self.objects.destroy(stored.object_key)
            raise

    def complete(self, upload_id: UploadId, actor: str) -> Upload:
        """Make the parts the session's recording and open its first stage; again, it changes nothing."""
        turn = self.ledger.begin_completion(upload_id)
        if turn is not None:
            upload = self.ledger.upload(upload_id)
            try:
                self._accept(upload, turn, actor)
            except (ConsentError, UploadChecksumError) as error:
                # What consent no longer covers, and what is not what was to be sent, cannot be mended by going on.
                self._settle(upload, UploadState.ABANDONED, error, actor)
                raise
            except (PermanentError, TransientError) as error:
                self._settle(upload, UploadState.OPEN, error, actor)
                raise
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

    def _accept(self, upload: Upload, turn: CompletionTurn, actor: str) -> None:
        """Accept the parts as they lie: nothing is encrypted twice."""
        announced = self.expected(upload.ticket.session_id)
        place = self.intake.registry.waiting_vocabulary(upload.ticket.session_id)
        whole = self.artifacts.join(turn.parts, turn.number)
        try:
            put_names(self.artifacts, whole, names_at(self.artifacts, place))
            self._compare(upload, whole)
            if self.intake.is_accepted(upload.ticket.session_id):
                self._hand_in_again(upload, announced, whole, actor)
            else:
                run_id = self.ledger.accept_upload(upload.upload_id, announced, whole, actor)
                self.intake.doorbell.ring(first_stage(announced.session.kind), run_id)
                remove_names(self.artifacts, place)
        except PermanentError:
            # Nothing was committed. After a passing failure it may have been, and the list be needed: the sweep
            # removes one that no row speaks of.
            self.objects.destroy(whole.object_key)
            raise

    def _compare(self, upload: Upload, whole: StoredArtifact) -> None:
        if upload.ticket.sha256 is None:
            return
        digest = hashlib.sha256()
        with self.artifacts.read(whole) as body:
            while block := body.read(_CHUNK):
                digest.update(block)
        if digest.hexdigest() != upload.ticket.sha256:
            raise UploadChecksumError

    def _hand_in_again(self, upload: Upload, announced: ExpectedSession, whole: StoredArtifact, actor: str) -> None:
        """Compare with the recording that came another way; what came here is not needed."""
        submission = Submission(
            announced.session, announced.participants, announced.policy, voices=announced.voices, actor=actor
        )
        with self.artifacts.read(whole) as body:
            self.intake.accept(submission, body)
        self.ledger.settle_upload(upload.upload_id, UploadState.COMPLETED, None, actor)
        self.objects.destroy(whole.object_key)
        self.remove_leftovers()

    def _settle(self, upload: Upload, state: UploadState, error: PipelineError, actor: str) -> None:
        self.ledger.settle_upload(upload.upload_id, state, error.reason_code, actor)
        with suppress(TransientError):
            self.remove_leftovers()


class _CheckedPart(io.RawIOBase):
    """Passes a part on, and fails at its end, or before, where it is not what it should be."""

    def __init__(self, body: io.RawIOBase, room_bytes: int, sha256: bytes) -> None:
        self._body = body
        self._room = room_bytes
        self._expected = sha256
        self._digest = hashlib.sha256()
        self.seen = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next block as it came, counting and digesting."""
        block = self._body.read(size) or b""
        if not block and (self._digest.digest() != self._expected or not self.seen):
            raise UploadChecksumError
        self.seen += len(block)
        if self.seen > self._room:
            raise UploadTooLargeError(room_bytes=self._room)
        self._digest.update(block)
        return block
