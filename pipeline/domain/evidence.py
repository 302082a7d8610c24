"""Verdicts on a note's sentences, the evidence quoted for them, and what the note left out."""

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.domain.transcript import Engine, Role


class Verdict(StrEnum):
    """How a sentence stands against the transcript."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    #: Only ever from a typed conflict with quoted counter-evidence, never from a score.
    CONTRADICTED = "contradicted"
    #: Never shown as supported.
    NOT_CHECKED = "not_checked"


class CheckResult(StrEnum):
    """The outcome of one named check."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """An exact quote of the transcript, byte for byte."""

    segment_id: str
    quote: str = field(repr=False)
    #: Seconds into the recording.
    start: float = 0.0
    end: float = 0.0
    role: Role | None = None
    #: Characters into the segment's text.
    char_start: int = 0
    char_end: int = 0
    #: What stands just before and after the quote, to find it again when the transcript is corrected.
    prefix: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a check failed: a reason code, the words of the claim it is about, and counter-evidence."""

    check: str
    reason_code: str
    claim_span: str = field(default="", repr=False)
    counter_evidence: tuple[EvidenceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence to be checked."""

    claim_id: str
    text: str = field(repr=False)
    #: The claim before it, for its pronouns.
    context: str = field(default="", repr=False)
    #: A ``SentenceKind`` value, or empty where nobody said.
    kind: str = ""
    section: str = ""
    segment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What verification says of one claim."""

    claim_id: str
    verdict: Verdict
    #: Probability that the claim is supported, 0 to 1.
    score: float
    checks: tuple[tuple[str, CheckResult], ...]
    evidence: tuple[EvidenceSpan, ...]
    findings: tuple[Finding, ...] = ()
    #: Reason codes beside the verdict: ``clinician_judgement``, ``heard_unclearly``, …
    reasons: tuple[str, ...] = ()


class OmissionStatus(StrEnum):
    """How a topic came up."""

    ASKED = "asked"
    ANSWERED = "answered"
    VOLUNTEERED = "volunteered"


@dataclass(frozen=True, slots=True)
class SafetyMention:
    """Something said that matters, and whether the note has it; never a statement that there is none."""

    topic: str
    evidence: tuple[EvidenceSpan, ...]
    critical: bool
    status: OmissionStatus
    in_note: bool
    #: Said in other words ("everyone would be better off without me"): a prompt, not a finding.
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on every sentence, and everything that matters and was said."""

    verdicts: tuple[ClaimVerdict, ...]
    mentions: tuple[SafetyMention, ...]
    engine: Engine
    #: Reason codes about the note as a whole: ``note_matches_no_part_of_session``, …
    flags: tuple[str, ...] = ()
