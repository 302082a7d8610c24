"""What can happen to a session outside its stages: at intake, with its consents, by an operator's hand."""

from dataclasses import dataclass

from pipeline.audit.events import ArtifactFact, Event, Stream
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, PersonRef, Purpose
from pipeline.domain.retention import RetentionTrigger
from pipeline.domain.session import SessionId, SessionKind


class IntakeEvent(Event):
    """Something that happened at intake."""

    __slots__ = ()

    @property
    def stream(self) -> Stream:
        """Return intake's chain."""
        return Stream.INTAKE


@dataclass(frozen=True, slots=True)
class SessionExpected(IntakeEvent):
    """A session was announced before its recording."""

    session_id: SessionId
    participants: int


@dataclass(frozen=True, slots=True)
class SessionAccepted(IntakeEvent):
    """A session was accepted under a retention policy."""

    session_id: SessionId
    kind: SessionKind
    policy_id: str
    participants: int
    consent_rev: int
    artifact: ArtifactFact


@dataclass(frozen=True, slots=True)
class IntakeRefused(IntakeEvent):
    """Consent did not cover keeping a recording."""

    session_id: SessionId
    reason_code: str
    purpose: str | None


@dataclass(frozen=True, slots=True)
class ArrivalSeen(IntakeEvent):
    """An object was found in an inbound bucket."""

    arrival_id: str
    key_digest: str


@dataclass(frozen=True, slots=True)
class ArrivalAccepted(IntakeEvent):
    """An inbound object became a session's recording."""

    arrival_id: str
    session_id: SessionId | None


@dataclass(frozen=True, slots=True)
class ArrivalRefused(IntakeEvent):
    """An inbound object was not taken in."""

    arrival_id: str
    reason_code: str
    session_id: SessionId | None


@dataclass(frozen=True, slots=True)
class ArrivalRemoved(IntakeEvent):
    """Every version of an inbound object was removed."""

    arrival_id: str


@dataclass(frozen=True, slots=True)
class UploadOpened(IntakeEvent):
    """A ticket for an upload in parts was handed out, relying on consent up to this revision."""

    upload_id: str
    session_id: SessionId
    size_bytes: int
    consent_rev: int
    actor: str


@dataclass(frozen=True, slots=True)
class UploadCompleted(IntakeEvent):
    """The parts of an upload became the session's recording."""

    upload_id: str
    session_id: SessionId
    received_bytes: int
    actor: str


@dataclass(frozen=True, slots=True)
class UploadEnded(IntakeEvent):
    """An upload was given up, refused or out of time; what had come is deleted."""

    upload_id: str
    session_id: SessionId
    received_bytes: int
    reason_code: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class VocabularyReceived(IntakeEvent):
    """Names that may come up were kept for a recording that is still to come."""

    session_id: SessionId
    actor: str


@dataclass(frozen=True, slots=True)
class VocabularyEnded(IntakeEvent):
    """Names that waited for a recording were removed, and their key destroyed, before it came."""

    session_id: SessionId
    reason_code: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class ConsentRecorded(Event):
    """A person's decision was recorded."""

    person: PersonRef
    purpose: Purpose
    decision: ConsentDecision
    rev: int
    session_id: SessionId | None
    form_version: str
    actor: str

    @property
    def stream(self) -> Stream:
        """Return the consent chain."""
        return Stream.CONSENT


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(ConsentRecorded):
    """A person took a consent back."""


@dataclass(frozen=True, slots=True)
class OperatorEvent(Event):
    """Something a person did to a session."""

    session_id: SessionId
    actor: str

    @property
    def stream(self) -> Stream:
        """Return the operators' chain."""
        return Stream.OPERATOR


@dataclass(frozen=True, slots=True)
class HoldPlaced(OperatorEvent):
    """Deletion was forbidden."""

    reason_code: str


@dataclass(frozen=True, slots=True)
class HoldLifted(OperatorEvent):
    """Deletion was allowed again."""


@dataclass(frozen=True, slots=True)
class MomentMarked(OperatorEvent):
    """A moment came from which retention clocks run."""

    trigger: RetentionTrigger


@dataclass(frozen=True, slots=True)
class DeletionRequested(OperatorEvent):
    """Kinds were made due at once."""

    kinds: tuple[ArtifactKind, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class KeysRewrapped(Event):
    """A batch of data keys was wrapped under another wrapping key."""

    actor: str
    wrapping_key_id: str
    keys: int

    @property
    def stream(self) -> Stream:
        """Return the operators' chain."""
        return Stream.OPERATOR
