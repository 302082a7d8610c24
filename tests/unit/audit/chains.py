"""Small logs for the audit's tests."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipeline.audit.chain import Entry, Head, append
from pipeline.audit.events import Event, Stream
from pipeline.audit.session_events import HoldPlaced, IntakeRefused
from pipeline.audit.stage_events import StageOpened
from pipeline.domain.session import RunId, SessionId, Stage

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def opened(number: int) -> StageOpened:
    """Return an event of the transcribe stream."""
    return StageOpened(RunId(f"run-{number}"), SessionId(f"session-{number:04}"), Stage.TRANSCRIBE, 1, 0)


@dataclass(slots=True)
class MemoryLog:
    """A log in memory that takes events and lets itself be tampered with."""

    streams: dict[Stream, list[Entry]] = field(default_factory=lambda: {stream: [] for stream in Stream})
    ends: dict[Stream, Head] = field(default_factory=lambda: {stream: Head(stream) for stream in Stream})
    notes: list[str] = field(default_factory=list)
    at: datetime = NOON
    #: What the index from sessions to entries lacks.
    unlisted: set[tuple[Stream, int]] = field(default_factory=set)

    @classmethod
    def of(cls, *events: Event) -> Self:
        """Return a log of these events, a second apart."""
        log = cls()
        for event in events:
            log.add(event)
        return log

    def add(self, event: Event) -> None:
        """Append an event."""
        self.at += timedelta(seconds=1)
        entry = append(self.ends[event.stream], event, self.at)
        self.streams[event.stream].append(entry)
        self.ends[event.stream] = entry.head

    def audit_snapshot(self) -> AbstractContextManager[Self]:
        """Return the log itself."""
        return nullcontext(self)

    def keep_checkpoint(self, note: str) -> None:
        """Keep a note."""
        self.notes.append(note)

    def now(self) -> datetime:
        """Return the time of the last event."""
        return self.at

    def heads(self) -> tuple[Head, ...]:
        """Return the ends of the streams that have one."""
        return tuple(head for _, head in sorted(self.ends.items()) if head.seq)

    def entries(self, stream: Stream) -> Iterator[Entry]:
        """Yield a stream's entries."""
        return iter(self.streams[stream])

    def mentions(self, stream: Stream) -> Iterator[tuple[int, SessionId]]:
        """Yield which entries speak of which session."""
        for entry in self.streams[stream]:
            session_id = json.loads(entry.body)["facts"].get("session_id")
            if session_id is not None and (stream, entry.seq) not in self.unlisted:
                yield entry.seq, SessionId(session_id)

    def checkpoints(self) -> Iterator[str]:
        """Yield the notes."""
        return iter(self.notes)


def busy_log() -> MemoryLog:
    """Return a log with five entries of one stream and one each of two more."""
    session_id = SessionId("session-0001")
    return MemoryLog.of(
        *(opened(number) for number in range(1, 6)),
        IntakeRefused(session_id, "consent_missing", None),
        HoldPlaced(session_id, "privacy-officer", "litigation"),
    )


class SeededSigner:
    """Signs with a key of its own, or one made from a seed byte."""

    def __init__(self, seed: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.signing_key_id = f"key-{seed}"

    @property
    def public_key_pem(self) -> str:
        """Return the public key."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, message: bytes) -> bytes:
        """Return the signature."""
        return self._key.sign(message)

    def check(self, message: bytes, signature: bytes) -> bool:
        """Say whether it is this key's."""
        try:
            self._key.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True
