"""What a report is made from: a session's documents, and what the rows and checks say of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from pipeline.domain.consent import Consent, Participant
from pipeline.domain.evidence import Verification
from pipeline.domain.note import Note
from pipeline.domain.retention import RetentionClock
from pipeline.domain.session import Session
from pipeline.domain.transcript import Transcript
from pipeline.ports import KindDeletion, StageRunRow


@dataclass(frozen=True, slots=True)
class DeletionProof:
    """A deletion certificate as far as a reader needs it."""

    certificate_id: str
    deleted_at: datetime
    deletions: tuple[KindDeletion, ...]
    signing_key_id: str
    #: What checking the signature for this report found; ``None``: not checked.
    signature_holds: bool | None = None


@dataclass(frozen=True, slots=True)
class StreamCheck:
    """What ``audit check`` found in one stream."""

    stream: str
    entries: int
    #: ``None``: the stream is clean.
    first_bad_seq: int | None = None


@dataclass(frozen=True, slots=True)
class SessionReport:
    """Everything a clinician's report shows; ``None`` and empty where the pipeline did not get that far."""

    session: Session
    made_at: datetime
    software_version: str
    #: The zone in which moments are shown.
    zone: tzinfo = UTC
    recorded_seconds: float | None = None
    note: Note | None = field(default=None, repr=False)
    verification: Verification | None = field(default=None, repr=False)
    transcript: Transcript | None = field(default=None, repr=False)
    runs: tuple[StageRunRow, ...] = ()
    participants: tuple[Participant, ...] = ()
    consents: tuple[Consent, ...] = ()
    clocks: tuple[RetentionClock, ...] = ()
    deletions: tuple[DeletionProof, ...] = ()
    streams: tuple[StreamCheck, ...] = ()
    held: bool = False
