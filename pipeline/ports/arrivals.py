"""What arrives by itself: sessions announced ahead of their recordings, and objects found in inbound buckets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol

from pipeline.domain.artifact import ObjectKey
from pipeline.domain.consent import Participant
from pipeline.domain.retention import RetentionPolicy
from pipeline.domain.session import Session, SessionId
from pipeline.ports.storing import ObjectVersion


class ArrivalState(StrEnum):
    """Where an inbound object stands."""

    SEEN = "seen"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    #: Every version of it is gone from the inbound bucket.
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An inbound object; its key may name a person, so only the key's digest is known here."""

    arrival_id: str
    bucket: str
    key_digest: str
    version_id: str
    state: ArrivalState
    reason_code: str | None
    session_id: SessionId | None
    first_seen_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Word of an inbound object."""

    bucket: str
    #: May name a person: it goes no further than the inbound bucket.
    key: ObjectKey = field(repr=False)
    version_id: str = "null"


@dataclass(frozen=True, slots=True)
class ExpectedSession:
    """A session as it was announced."""

    session: Session
    participants: tuple[Participant, ...]
    policy: RetentionPolicy
    voices: int | None


class InboundStore(Protocol):
    """The bucket that uploaders put recordings into; raises what an ``ObjectStore`` raises."""

    def open(self, key: ObjectKey) -> BinaryIO:
        """Return a stream of the newest version; raise ``ObjectMissingError`` where there is none."""
        ...

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version, delete marker and unfinished upload under the prefix."""
        ...

    def remove(self, key: ObjectKey) -> int:
        """Remove every version, delete marker and unfinished upload of this one key; return how many."""
        ...


class Unsealer(Protocol):
    """Opens what uploaders sealed to this deployment."""

    def unsealed(self, recording: BinaryIO, session_id: SessionId) -> BinaryIO:
        """Return a stream of the recording: opened where it is sealed, as it came where it is not.

        Reading it raises ``DecryptionError`` where it was changed, or sealed for another session or deployment.
        """
        ...


class ArrivalLedger(Protocol):
    """The truth about what arrived; each method is one transaction, audit entry included."""

    def expect_session(
        self, session: Session, participants: Sequence[Participant], policy: RetentionPolicy, voices: int | None
    ) -> None:
        """Announce a session; a later announcement replaces it until its recording is accepted."""
        ...

    def expected(self, session_id: SessionId) -> ExpectedSession:
        """Return the session as announced or accepted; raise ``SessionUnknownError``."""
        ...

    def record_arrival(self, bucket: str, key_digest: str, version_id: str) -> str:
        """Note an inbound object and return its arrival id; the same object again returns the same id."""
        ...

    def settle_arrival(
        self, arrival_id: str, state: ArrivalState, reason_code: str | None = None, session_id: SessionId | None = None
    ) -> None:
        """Record what became of it; the same settlement again changes nothing."""
        ...

    def arrivals(self, state: ArrivalState | None = None, limit: int = 1000) -> tuple[Arrival, ...]:
        """Return arrivals, oldest first."""
        ...
