"""A whole report in plain strings, as both the page and the terminal show it."""

from dataclasses import dataclass, field

from pipeline.adapters.report import wording
from pipeline.adapters.report.facts import SessionReport
from pipeline.adapters.report.findings import (
    CheckedSection,
    CheckedSentence,
    Passage,
    SafetyPoint,
    anchors,
    checked_sections,
    passages,
    safety_points,
    settled,
    tally,
    to_look_at,
)
from pipeline.adapters.report.moments import length, moment
from pipeline.adapters.report.records import (
    AuditLine,
    ConsentLine,
    DeletionLine,
    DueLine,
    EngineLine,
    StageLine,
    VoiceLine,
    audit_lines,
    consent_lines,
    deletion_lines,
    due_lines,
    engine_lines,
    flag_lines,
    stage_lines,
    voice_lines,
)
from pipeline.domain.evidence import Verdict
from pipeline.domain.note import NoteStatus

DRAFT_BANNER = "DRAFT - not signed"
DRAFT_MEANING = (
    "Software wrote this from what it heard. It becomes a note when a clinician has read, edited and signed it."
)
SIGNED_BANNER = "Signed by a clinician"
SIGNED_MEANING = "The verdicts below are about the text that is shown here."
SAFETY_CAVEAT = "This list shows what was found; it is not a risk assessment."


@dataclass(frozen=True, slots=True)
class Share:
    """How many sentences have a verdict, and where its part of a bar of 100 starts and how wide it is."""

    verdict: Verdict
    word: str
    symbol: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class ReportView:
    """The report, section by section."""

    title: str
    session_id: str
    draft: bool
    banner: str
    banner_meaning: str
    safety_caveat: str
    facts: tuple[tuple[str, str], ...]
    shares: tuple[Share, ...]
    sentences: int
    #: Whether verification ran at all.
    checked: bool
    flags: tuple[str, ...]
    stopped: tuple[StageLine, ...]
    safety: tuple[SafetyPoint, ...]
    look_at: tuple[CheckedSentence, ...]
    #: Sentences that rest on records, or say that something was not assessed.
    settled: int
    sections: tuple[CheckedSection, ...] = field(repr=False)
    consent: tuple[ConsentLine, ...]
    stages: tuple[StageLine, ...]
    voices: tuple[VoiceLine, ...]
    engines: tuple[EngineLine, ...]
    deleted: tuple[DeletionLine, ...]
    due: tuple[DueLine, ...]
    audit: tuple[AuditLine, ...]
    passages: tuple[Passage, ...] = field(repr=False)

    @property
    def missing_from_note(self) -> int:
        """Return how many safety-relevant mentions the note lacks."""
        return sum(not point.in_note for point in self.safety)

    @property
    def supported(self) -> int:
        """Return how many sentences are supported."""
        return next((share.count for share in self.shares if share.verdict is Verdict.SUPPORTED), 0)


def view_of(report: SessionReport) -> ReportView:
    """Return the report in plain strings; nothing in it is cleaned or escaped yet."""
    anchor = anchors(report.transcript)
    sections = checked_sections(report.note, report.verification, anchor)
    stages = stage_lines(report)
    draft = report.note is None or report.note.status is NoteStatus.DRAFT
    return ReportView(
        title=_title(report),
        session_id=report.session.session_id,
        draft=draft,
        banner=DRAFT_BANNER if draft else SIGNED_BANNER,
        banner_meaning=DRAFT_MEANING if draft else SIGNED_MEANING,
        safety_caveat=SAFETY_CAVEAT,
        facts=_facts(report),
        shares=shares(sections),
        sentences=sum(len(section.sentences) for section in sections),
        checked=report.verification is not None,
        flags=flag_lines(report),
        stopped=tuple(stage for stage in stages if not stage.good),
        safety=safety_points(report.verification, anchor),
        look_at=to_look_at(sections),
        settled=settled(sections),
        sections=sections,
        consent=consent_lines(report),
        stages=stages,
        voices=voice_lines(report.transcript),
        engines=engine_lines(report),
        deleted=deletion_lines(report),
        due=due_lines(report),
        audit=audit_lines(report.streams),
        passages=passages(report.transcript, sections, anchor),
    )


def _title(report: SessionReport) -> str:
    if report.note is None:
        return "Session without a note"
    name = wording.FORMATS[report.note.note_format]
    return name if report.note.status is NoteStatus.SIGNED else f"Draft {name}"


def _facts(report: SessionReport) -> tuple[tuple[str, str], ...]:
    session = report.session
    facts = (
        ("Session", str(session.session_id)),
        ("Kind", wording.SESSION_KINDS[session.kind]),
        ("Recorded length", length(report.recorded_seconds) if report.recorded_seconds is not None else ""),
        ("Received", moment(session.submitted_at, report.zone)),
        ("Report made", moment(report.made_at, report.zone)),
        ("Jurisdiction", session.jurisdiction),
        ("Made with", f"Nightscribe {report.software_version}"),
    )
    return tuple((name, value) for name, value in facts if value)


def shares(sections: tuple[CheckedSection, ...]) -> tuple[Share, ...]:
    """Return how the verdicts share a bar among them, in the order of the verdicts."""
    counts = tally(sections)
    total = sum(count for _, count in counts) or 1
    found: list[Share] = []
    start = 0.0
    for verdict, count in counts:
        width = 100 * count / total
        found.append(Share(verdict, wording.VERDICTS[verdict], wording.SYMBOLS[verdict], count, start, width))
        start += width
    return tuple(found)
