"""How entries are chained: each digest covers the one before, so that no entry can be changed, dropped or moved."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.audit.events import Event, Stream, event_fields
from pipeline.domain.documents.canonical import canonical

#: What the first entry of a stream stands on.
GENESIS = bytes(32)
VERSION = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream."""

    stream: Stream
    seq: int = 0
    digest: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: canonical JSON and the digest that chains it."""

    stream: Stream
    seq: int
    body: bytes
    digest: bytes

    @property
    def head(self) -> Head:
        """Return the stream's end once this entry is its last."""
        return Head(self.stream, self.seq, self.digest)


def append(head: Head, event: Event, at: datetime) -> Entry:
    """Return the entry that follows ``head``."""
    seq = head.seq + 1
    facts = event_fields(event)
    body = canonical(
        {"v": VERSION, "stream": head.stream, "seq": seq, "at": stamp(at), "event": event.name, "facts": facts}
    )
    return Entry(head.stream, seq, body, chain_digest(head.digest, body))


def chain_digest(previous: bytes, body: bytes) -> bytes:
    """Return SHA-256 over 0x00 (a leaf, as in RFC 9162), the digest before, and the body."""
    return hashlib.sha256(b"\x00" + previous + body).digest()


def stamp(at: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with microseconds, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
