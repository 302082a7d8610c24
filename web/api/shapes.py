"""What goes over the wire: ids, states, times, counts and reason codes; no field can hold a word of a session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import Consent, ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionId, SessionKind, Stage, StageStatus
from pipeline.ports import SessionRow, StageRunRow
from pipeline.ports.uploads import Upload, UploadState

#: A body with a field we do not know is a mistake of its sender, and is told so.
STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

SessionIdText = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$", description="Opaque, never a name.")]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="Opaque, never a name.")]
Label = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9 ._:/-]*$")]
Reason = Annotated[str, Field(min_length=3, max_length=200, description="Why; kept as a digest in the audit log.")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    reason_code: str
    facts: dict[str, str | float] | None = None
    errors: list[dict[str, str]] | None = None


class ParticipantShape(BaseModel):
    """Somebody recorded."""

    model_config = STRICT

    person: Reference
    role: ParticipantRole


class DecisionShape(BaseModel):
    """What somebody decided, about several purposes at once."""

    model_config = STRICT

    person: Reference
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=len(Purpose))]
    decision: ConsentDecision = ConsentDecision.PERMIT
    valid_from: Annotated[AwareDatetime, Field(description="With its time zone.")]
    valid_to: AwareDatetime | None = None
    method: Label = "signed"
    form_version: Label = ""
    jurisdiction: Label = ""


class RunShape(BaseModel):
    """A stage of a session."""

    run_id: str
    stage: Stage
    generation: int
    status: StageStatus
    attempt: int
    crash_count: int
    reason_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RetentionShape(BaseModel):
    """When a kind of artifact is deleted."""

    kind: ArtifactKind
    due_at: datetime | None
    basis: str


class SessionShape(BaseModel):
    """Where a session stands."""

    session_id: str
    kind: SessionKind
    note_format: NoteFormat
    jurisdiction: str
    submitted_at: datetime
    priority: int
    audio_seconds: float | None
    held: bool
    runs: list[RunShape]
    artifacts: list[ArtifactKind]
    retention: list[RetentionShape]


class SessionPage(BaseModel):
    """Some sessions, the newest first."""

    sessions: list[SessionShape]
    next_cursor: str | None


class ConsentShape(BaseModel):
    """One decision about one purpose, as it was recorded."""

    rev: int
    person: str
    purpose: Purpose
    decision: ConsentDecision
    valid_from: datetime
    valid_to: datetime | None
    session_id: str | None
    method: str
    form_version: str
    jurisdiction: str


class SessionConsents(BaseModel):
    """Who takes part, and every decision that applies, oldest first."""

    participants: list[ParticipantShape]
    decisions: list[ConsentShape]


class UploadShape(BaseModel):
    """Where an upload stands."""

    upload_id: str
    session_id: str
    state: UploadState
    size_bytes: int
    received_bytes: int
    ends_at: datetime
    reason_code: str | None


def run_shape(run: StageRunRow) -> RunShape:
    """Return a run as it goes over the wire."""
    return RunShape.model_validate(run, from_attributes=True)


def session_shape(row: SessionRow) -> SessionShape:
    """Return a session as it goes over the wire."""
    session = row.session
    return SessionShape(
        session_id=session.session_id,
        kind=session.kind,
        note_format=session.note_format,
        jurisdiction=session.jurisdiction,
        submitted_at=session.submitted_at,
        priority=session.priority,
        audio_seconds=row.audio_seconds,
        held=row.held,
        runs=[run_shape(run) for run in row.runs],
        artifacts=[artifact.kind for artifact in row.artifacts],
        retention=[RetentionShape.model_validate(clock, from_attributes=True) for clock in row.clocks],
    )


def participant_shape(participant: Participant) -> ParticipantShape:
    """Return a participant as it goes over the wire."""
    return ParticipantShape(person=participant.person, role=participant.role)


def consents_of(shapes: Sequence[DecisionShape], session_id: SessionId | None) -> tuple[Consent, ...]:
    """Return the decisions, one for each purpose."""
    return tuple(
        Consent(
            PersonRef(shape.person),
            purpose,
            shape.decision,
            shape.valid_from,
            shape.valid_to,
            session_id,
            method=shape.method,
            form_version=shape.form_version,
            jurisdiction=shape.jurisdiction,
        )
        for shape in shapes
        for purpose in shape.purposes
    )


def consent_shape(consent: Consent) -> ConsentShape:
    """Return a decision as it goes over the wire."""
    return ConsentShape.model_validate(consent, from_attributes=True)


def upload_shape(upload: Upload) -> UploadShape:
    """Return an upload as it goes over the wire."""
    return UploadShape(
        upload_id=upload.upload_id,
        session_id=upload.ticket.session_id,
        state=upload.state,
        size_bytes=upload.ticket.size_bytes,
        received_bytes=upload.received_bytes,
        ends_at=upload.ends_at,
        reason_code=upload.reason_code,
    )
