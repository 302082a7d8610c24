"""Every code a reader may meet, in plain words: one table for each closed list."""

from collections.abc import Iterator, Mapping

from pipeline.adapters.report.reasons import CHECKS, FLAGS, NOTE_REASONS, RUNS, TOPICS
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, ParticipantRole, Purpose
from pipeline.domain.correction import Standing
from pipeline.domain.evidence import OmissionStatus, Verdict
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionKind, Stage, StageStatus
from pipeline.domain.transcript import Role, Segment
from pipeline.errors import PipelineError

VERDICTS: Mapping[Verdict, str] = {
    Verdict.SUPPORTED: "Supported",
    Verdict.PARTIAL: "Partly supported",
    Verdict.UNSUPPORTED: "Not supported",
    Verdict.CONTRADICTED: "Contradicted",
    Verdict.NOT_CHECKED: "Not checked",
}
#: One shape each, so that nothing rests on colour.
SYMBOLS: Mapping[Verdict, str] = {
    Verdict.SUPPORTED: "\u2713",
    Verdict.PARTIAL: "\u25d0",
    Verdict.UNSUPPORTED: "?",
    Verdict.CONTRADICTED: "\u2717",
    Verdict.NOT_CHECKED: "\u2013",
}
STANDINGS: Mapping[Standing, str] = {
    Standing.UNCHANGED: "Stands as it was",
    Standing.MOVED: "Same words, elsewhere",
    Standing.REASSIGNED: "Same words, given to another speaker",
    Standing.REWORDED: "Reads differently",
    Standing.GONE: "No longer in the transcript",
}
ROLES: Mapping[Role | None, str] = {
    Role.CLINICIAN: "Clinician",
    Role.CLIENT: "Client",
    Role.OTHER: "Other person",
    None: "Unknown voice",
}
FORMATS: Mapping[NoteFormat, str] = {
    NoteFormat.SOAP: "SOAP note",
    NoteFormat.DAP: "DAP note",
    NoteFormat.BIRP: "BIRP note",
    NoteFormat.GIRP: "GIRP note",
    NoteFormat.PIRP: "PIRP note",
    NoteFormat.SIRP: "SIRP note",
    NoteFormat.PROGRESS: "Progress note",
}
SESSION_KINDS: Mapping[SessionKind, str] = {
    SessionKind.RECORDED: "Recorded session",
    SessionKind.DICTATED: "Clinician's dictation",
    SessionKind.IMPORTED: "Imported transcript",
}
STAGES: Mapping[Stage, str] = {
    Stage.TRANSCRIBE: "Transcribe",
    Stage.DRAFT: "Draft",
    Stage.VERIFY: "Verify",
    Stage.PURGE: "Delete",
}
STATUSES: Mapping[StageStatus, str] = {
    StageStatus.READY: "Waiting",
    StageStatus.RUNNING: "Running",
    StageStatus.SUCCEEDED: "Done",
    StageStatus.FAILED: "Failed",
    StageStatus.REFUSED: "Refused",
    StageStatus.QUARANTINED: "Set aside",
    StageStatus.HELD: "Held",
    StageStatus.CANCELLED: "Cancelled",
}
KINDS: Mapping[ArtifactKind, str] = {
    ArtifactKind.RECORDING: "Recording as handed in",
    ArtifactKind.WORKING_COPY: "Working copy of the sound",
    ArtifactKind.TRANSCRIPT: "Transcript",
    ArtifactKind.DRAFT: "Draft note",
    ArtifactKind.VERDICTS: "Verdicts and evidence",
}
PURPOSES: Mapping[Purpose, str] = {
    Purpose.RECORD: "recording",
    Purpose.STORE_AUDIO: "keeping the audio for a time",
    Purpose.TRANSCRIBE: "transcription",
    Purpose.AI_DRAFT: "a draft note written by software",
    Purpose.GROUND_VERIFY: "checking the note against the transcript",
    Purpose.RISK_SCREEN: "screening for risk",
    Purpose.QUALITY_REVIEW: "quality review",
    Purpose.SUPERVISION: "supervision",
    Purpose.EXTERNAL_VENDOR_PROCESSING: "processing by an outside vendor",
    Purpose.DISCLOSE_EHR: "filing in the health record",
    Purpose.TRAIN_OR_EVALUATE: "training or evaluating software",
    Purpose.RESEARCH: "research",
}
PARTICIPANTS: Mapping[ParticipantRole, str] = {
    ParticipantRole.CLIENT: "Client",
    ParticipantRole.GUARDIAN: "Guardian",
    ParticipantRole.CLINICIAN: "Clinician",
    ParticipantRole.SUPERVISOR: "Supervisor",
    ParticipantRole.INTERPRETER: "Interpreter",
    ParticipantRole.GUEST: "Guest",
}
DECISIONS: Mapping[ConsentDecision, str] = {
    ConsentDecision.PERMIT: "Agreed",
    ConsentDecision.DENY: "Refused",
    ConsentDecision.WITHDRAW: "Withdrawn",
}
MENTIONS: Mapping[OmissionStatus, str] = {
    OmissionStatus.ASKED: "asked about; no answer was recognised",
    OmissionStatus.ANSWERED: "asked about and answered",
    OmissionStatus.VOLUNTEERED: "brought up without being asked",
}


def role_of(segment: Segment) -> str:
    """Return whose a segment is, said to be uncertain where it is."""
    return f"{ROLES[segment.role]} (uncertain)" if segment.role_is_uncertain else ROLES[segment.role]


def reason(code: str) -> str:
    """Return the sentence for a reason code; one that is not in the table is spelled out, never dropped."""
    return NOTE_REASONS.get(code) or RUNS.get(code) or _FAILURES.get(code) or _spelled("Reason", code)


def flag(code: str) -> str:
    """Return the sentence for something that holds for a whole transcript or note."""
    return FLAGS.get(code) or _spelled("Flag", code)


def topic(code: str) -> str:
    """Return the name of a safety topic."""
    return TOPICS.get(code) or _spelled("", code).capitalize()


def check(name: str) -> str:
    """Return what a named check looks at."""
    return CHECKS.get(name) or _spelled("", name)


def _spelled(label: str, code: str) -> str:
    words = code.replace("_", " ").strip() or "not stated"
    return f"{label}: {words}." if label else words


def _errors(kind: type[PipelineError]) -> Iterator[type[PipelineError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _errors(below)


#: The errors carry their own sentences; a general kind gives way to the named one of the same code.
_FAILURES: Mapping[str, str] = {error.reason_code: error.sentence for error in _errors(PipelineError)}
