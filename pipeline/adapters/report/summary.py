"""The report in short, as lines a terminal shows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.adapters.report.facts import SessionReport
from pipeline.adapters.report.findings import CheckedSentence, Quote, SafetyPoint
from pipeline.adapters.report.inert import inert
from pipeline.adapters.report.view import ReportView, view_of
from pipeline.domain.evidence import Verdict


class Tone(StrEnum):
    """What a line is, so that a terminal can choose its colour."""

    HEADING = "heading"
    PLAIN = "plain"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line, free of control characters; it is plain text and holds no markup."""

    text: str = field(repr=False)
    tone: Tone = Tone.PLAIN
    indent: int = 0


_TONES = {
    Verdict.SUPPORTED: Tone.GOOD,
    Verdict.PARTIAL: Tone.CAUTION,
    Verdict.UNSUPPORTED: Tone.CAUTION,
    Verdict.CONTRADICTED: Tone.BAD,
    Verdict.NOT_CHECKED: Tone.QUIET,
}


def summary_lines(report: SessionReport) -> tuple[SummaryLine, ...]:
    """Return the report in short: the note, what to look at, safety, what was deleted and is due, the audit check."""
    view = view_of(report)
    parts = (_head(view), _note(view), _look_at(view), _safety(view), _kept(view), _audit(view))
    return tuple(SummaryLine(inert(line.text), line.tone, line.indent) for part in parts for line in part)


def _head(view: ReportView) -> Iterator[SummaryLine]:
    yield SummaryLine(f"{view.title}: {view.banner}", Tone.HEADING)
    yield SummaryLine(view.banner_meaning, Tone.QUIET)
    for name, value in view.facts:
        yield SummaryLine(f"{name}: {value}", Tone.PLAIN, 1)
    for stage in view.stopped:
        yield SummaryLine(f"{stage.stage}: {stage.status.lower()}. {stage.reason}", Tone.BAD, 1)
    for flag in view.flags:
        yield SummaryLine(f"! {flag}", Tone.CAUTION, 1)


def _note(view: ReportView) -> Iterator[SummaryLine]:
    for section in view.sections:
        yield SummaryLine(section.title, Tone.HEADING)
        for sentence in section.sentences:
            yield _sentence(sentence)
            yield from _quotes(sentence.quotes[:1], len(sentence.quotes) - 1)


def _sentence(sentence: CheckedSentence) -> SummaryLine:
    text = f"{sentence.symbol} {sentence.number}. {sentence.text} [{sentence.word}]"
    return SummaryLine(text, _TONES[sentence.verdict], 1)


def _quotes(quotes: tuple[Quote, ...], more: int = 0) -> Iterator[SummaryLine]:
    for quote in quotes:
        others = f" (and {more} more)" if more > 0 else ""
        yield SummaryLine(f"{quote.at} {quote.role}: \u201c{quote.text}\u201d{others}", Tone.QUIET, 3)


def _look_at(view: ReportView) -> Iterator[SummaryLine]:
    if not view.sentences:
        return
    yield SummaryLine("Not supported, or not checked", Tone.HEADING)
    if not view.look_at:
        yield SummaryLine("No sentence needs a second look for lack of support.", Tone.GOOD, 1)
    for sentence in view.look_at:
        yield _sentence(sentence)
        for reason in sentence.reasons:
            yield SummaryLine(reason.sentence, Tone.PLAIN, 3)
            yield from _quotes(reason.counter)


def _safety(view: ReportView) -> Iterator[SummaryLine]:
    yield SummaryLine("Said, and matters for safety", Tone.HEADING)
    yield SummaryLine(view.safety_caveat, Tone.QUIET, 1)
    for point in view.safety:
        yield SummaryLine(_point(point), _safety_tone(point), 1)
        yield from _quotes(point.quotes[:2])


def _point(point: SafetyPoint) -> str:
    symbol = "\u2713" if point.in_note else "\u2717"
    where = "in the note" if point.in_note else "NOT in the note"
    indirect = "; said in other words, so read it yourself" if point.indirect else ""
    return f"{symbol} {point.topic}: {where} ({point.how}{indirect})"


def _safety_tone(point: SafetyPoint) -> Tone:
    if point.in_note:
        return Tone.GOOD
    return Tone.BAD if point.critical else Tone.CAUTION


def _kept(view: ReportView) -> Iterator[SummaryLine]:
    yield SummaryLine("Deleted", Tone.HEADING)
    if not view.deleted:
        yield SummaryLine("Nothing has been deleted yet.", Tone.PLAIN, 1)
    for gone in view.deleted:
        left = "nothing left" if gone.complete else f"{gone.left} LEFT"
        text = f"{gone.what}: {gone.when}, key destroyed, {gone.versions} removed, {left}; {gone.signature}"
        yield SummaryLine(text, Tone.GOOD if gone.complete else Tone.BAD, 1)
    yield SummaryLine("Still kept", Tone.HEADING)
    for due in view.due:
        yield SummaryLine(f"{due.what}: {due.when} ({due.far}); {due.basis}".rstrip("; "), Tone.PLAIN, 1)


def _audit(view: ReportView) -> Iterator[SummaryLine]:
    yield SummaryLine("Audit check", Tone.HEADING)
    if not view.audit:
        yield SummaryLine("The audit logs were not checked for this report.", Tone.PLAIN, 1)
    for line in view.audit:
        yield SummaryLine(f"{line.stream}: {line.entries} entries, {line.verdict}", _audit_tone(clean=line.clean), 1)


def _audit_tone(*, clean: bool) -> Tone:
    return Tone.GOOD if clean else Tone.BAD
