"""Recordings that come in parts: a ticket for each, what has come of it, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol

from pipeline.domain.artifact import DataKey, StoredArtifact
from pipeline.domain.session import RunId, SessionId
from pipeline.ports.arrivals import ExpectedSession

UploadId = NewType("UploadId", str)


class UploadState(StrEnum):
    """Where an upload stands."""

    OPEN = "open"
    #: Its parts are being made the recording.
    COMPLETING = "completing"
    COMPLETED = "completed"
    #: Given up, refused or out of time; its bytes are deleted.
    ABANDONED = "abandoned"


#: Something may still come of it.
UNDER_WAY = (UploadState.OPEN, UploadState.COMPLETING)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an upload is for, fixed before its first byte."""

    session_id: SessionId
    size_bytes: int
    #: Digest of the whole recording, where the sender told it.
    sha256: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """A ticket and what has come on it."""

    upload_id: UploadId
    ticket: Ticket
    #: The decisions it relies on; with any other, the ticket is void.
    consent_rev: int
    received_bytes: int
    state: UploadState
    ends_at: datetime
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class PartTurn:
    """The right to try one part: a number that no other try has, and the key of the parts before."""

    session_id: SessionId
    number: int
    room_bytes: int
    key: DataKey | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CompletionTurn:
    """The right to try to complete an upload, under a number that no part and no other try has."""

    parts: tuple[StoredArtifact, ...]
    number: int


class UploadLedger(Protocol):
    """What is known of uploads; each method is one transaction, and none holds a byte of a recording."""

    def open_upload(self, ticket: Ticket, lasts: timedelta, actor: str) -> Upload:
        """Hand out a ticket for an announced session.

        Raises ``ConsentError``, ``SessionUnknownError``, and ``SessionConflictError`` for one that has its recording.
        """
        ...

    def upload(self, upload_id: UploadId) -> Upload:
        """Return an upload; raise ``UploadUnknownError``."""
        ...

    def begin_part(self, upload_id: UploadId, offset: int) -> PartTurn:
        """Let a part be tried.

        Raises ``UploadOffsetError`` where it does not continue what has come, ``UploadClosedError``, and the
        ``ConsentError`` or ``TicketVoidError`` that ends the upload.
        """
        ...

    def keep_part(self, upload_id: UploadId, offset: int, size_bytes: int, stored: StoredArtifact) -> Upload:
        """Keep a part that was stored, under the same conditions as it was begun; exactly one wins an offset."""
        ...

    def begin_completion(self, upload_id: UploadId) -> CompletionTurn | None:
        """Return the parts in order, for one caller at a time; ``None`` where it is completed already.

        Raises ``UploadIncompleteError``, ``UploadBusyError``, ``UploadClosedError``, and as ``begin_part`` does.
        """
        ...

    def accept_upload(
        self, upload_id: UploadId, expected: ExpectedSession, recording: StoredArtifact, actor: str
    ) -> RunId:
        """Complete an upload whose parts are the recording, and accept its session, in one transaction.

        From then on the parts' key is the session's. Raises as ``register`` does, and ``UploadClosedError``.
        """
        ...

    def settle_upload(self, upload_id: UploadId, state: UploadState, reason_code: str | None, actor: str) -> None:
        """Note what became of it: completed, abandoned, or open again after a passing failure."""
        ...

    def leftovers(self) -> Sequence[tuple[UploadId, StoredArtifact]]:
        """Return the stored parts of uploads that are over and became no recording.

        Those out of time or without consent are ended first.
        """
        ...

    def forget_part(self, upload_id: UploadId, stored: StoredArtifact) -> None:
        """Note that a part's bytes are deleted; with the last of them the key goes too."""
        ...
