"""Who was in the room, what each agreed to, and whether that covers a stage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, Stage
from pipeline.errors import (
    ConsentDeniedError,
    ConsentError,
    ConsentExpiredError,
    ConsentMissingError,
    ConsentNotYetValidError,
    ConsentWithdrawnError,
)

PersonRef = NewType("PersonRef", str)


class Purpose(StrEnum):
    """The closed list of what a person can agree to."""

    RECORD = "record"
    STORE_AUDIO = "store_audio"
    TRANSCRIBE = "transcribe"
    AI_DRAFT = "ai_draft"
    GROUND_VERIFY = "ground_verify"
    RISK_SCREEN = "risk_screen"
    QUALITY_REVIEW = "quality_review"
    SUPERVISION = "supervision"
    EXTERNAL_VENDOR_PROCESSING = "external_vendor_processing"
    DISCLOSE_EHR = "disclose_ehr"
    TRAIN_OR_EVALUATE = "train_or_evaluate"
    RESEARCH = "research"


class ParticipantRole(StrEnum):
    """What a person was to the session."""

    CLIENT = "client"
    GUARDIAN = "guardian"
    CLINICIAN = "clinician"
    SUPERVISOR = "supervisor"
    INTERPRETER = "interpreter"
    GUEST = "guest"


class ConsentDecision(StrEnum):
    """What a person decided; a withdrawal is a decision of its own, later than the permit it ends."""

    PERMIT = "permit"
    DENY = "deny"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Participant:
    """A person recorded in a session, under an opaque reference."""

    person: PersonRef
    role: ParticipantRole


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision of one person about one purpose; decisions are only ever appended."""

    person: PersonRef
    purpose: Purpose
    decision: ConsentDecision
    valid_from: datetime
    valid_to: datetime | None = None
    #: ``None``: a standing consent for every session of this person.
    session_id: SessionId | None = None
    method: str = "signed"
    form_version: str = ""
    jurisdiction: str = ""
    #: Order in which decisions were recorded; the last one that applies counts.
    rev: int = 0


#: What every person recorded must have agreed to before a stage starts; a purge needs nobody's leave.
STAGE_PURPOSES: Mapping[Stage, tuple[Purpose, ...]] = {
    Stage.TRANSCRIBE: (Purpose.RECORD, Purpose.STORE_AUDIO, Purpose.TRANSCRIBE),
    Stage.DRAFT: (Purpose.RECORD, Purpose.AI_DRAFT),
    Stage.VERIFY: (Purpose.RECORD, Purpose.GROUND_VERIFY),
    Stage.PURGE: (),
}

#: What intake needs before it keeps a recording at all.
INTAKE_PURPOSES = (Purpose.RECORD, Purpose.STORE_AUDIO)

#: What a withdrawal makes due for deletion: what was made under the purpose, and what was made from that.
WITHDRAWAL_REACHES: Mapping[Purpose, tuple[ArtifactKind, ...]] = {
    Purpose.RECORD: tuple(ArtifactKind),
    Purpose.STORE_AUDIO: tuple(ArtifactKind),
    Purpose.TRANSCRIBE: tuple(ArtifactKind),
    Purpose.AI_DRAFT: (ArtifactKind.DRAFT, ArtifactKind.VERDICTS),
    Purpose.GROUND_VERIFY: (ArtifactKind.VERDICTS,),
}


def require_consent(
    session_id: SessionId,
    purposes: Iterable[Purpose],
    participants: Iterable[Participant],
    consents: Iterable[Consent],
    now: datetime,
) -> int:
    """Return the newest revision relied on, or raise the ``ConsentError`` that says what is missing.

    A session nobody is registered for is refused: an empty room cannot consent.
    """
    people = tuple(participants)
    wanted = tuple(purposes)
    if wanted and not people:
        raise ConsentMissingError(session_id=session_id)
    given = tuple(consents)
    return max(
        (_rev_relied_on(session_id, person.person, purpose, given, now) for person in people for purpose in wanted),
        default=0,
    )


def _rev_relied_on(
    session_id: SessionId, person: PersonRef, purpose: Purpose, consents: tuple[Consent, ...], now: datetime
) -> int:
    latest = _latest(session_id, person, purpose, consents)
    if latest is None:
        raise ConsentMissingError(session_id=session_id, purpose=purpose)
    problem = _problem(latest, now)
    if problem is not None:
        raise problem(session_id=session_id, purpose=purpose)
    return latest.rev


def _latest(
    session_id: SessionId, person: PersonRef, purpose: Purpose, consents: tuple[Consent, ...]
) -> Consent | None:
    applying = [
        c for c in consents if c.person == person and c.purpose is purpose and c.session_id in {None, session_id}
    ]
    return max(applying, key=lambda c: c.rev, default=None)


def _problem(consent: Consent, now: datetime) -> type[ConsentError] | None:
    if consent.decision is ConsentDecision.WITHDRAW:
        return ConsentWithdrawnError
    if consent.decision is ConsentDecision.DENY:
        return ConsentDeniedError
    if now < consent.valid_from:
        return ConsentNotYetValidError
    if consent.valid_to is not None and now >= consent.valid_to:
        return ConsentExpiredError
    return None
