"""The morning report as a page and as text: ids, counts and reasons, and nothing of what was said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from pipeline.adapters.report.page import page
from pipeline.domain.morning import ClinicianMorning, Morning, Standing
from pipeline.errors import PipelineError

WORDS = {
    Standing.READY: "Ready for review",
    Standing.FLAGGED: "Ready, with sentences to look at first",
    Standing.UNDER_WAY: "Still under way",
    Standing.WAITING_FOR_CONSENT: "Waiting for consent",
    Standing.FAILED: "Failed",
    Standing.SET_ASIDE: "Set aside after repeated crashes",
    Standing.CANCELLED: "Cancelled",
}


@dataclass(frozen=True, slots=True)
class MorningView:
    """What the page shows, in words."""

    title: str
    span: str
    totals: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, str, str, int], ...]
    clinicians: tuple[tuple[str, tuple[tuple[str, int], ...], tuple[tuple[str, str, str], ...]], ...]


def render_morning_html(found: Morning, zone: tzinfo) -> str:
    """Return the report as one page that needs nothing beside itself."""
    return page("morning.html", view(found, zone))


def render_morning_text(found: Morning, zone: tzinfo) -> str:
    """Return the report as plain text for a terminal or a message."""
    return "\n".join(_lines(view(found, zone))) + "\n"


def view(found: Morning, zone: tzinfo) -> MorningView:
    """Return the report in words."""
    span = " to ".join(f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}" for moment in (found.since, found.until))
    totals = tuple((WORDS[standing], found.counts[standing]) for standing in Standing)
    sentences = _sentences()
    reasons = tuple((WORDS[s], code, sentences.get(code, ""), count) for s, code, count in found.reasons)
    return MorningView("Morning report", span, totals, reasons, tuple(_clinician(each) for each in found.clinicians))


def _clinician(
    each: ClinicianMorning,
) -> tuple[str, tuple[tuple[str, int], ...], tuple[tuple[str, str, str], ...]]:
    counts = tuple((WORDS[standing], each.counts[standing]) for standing in Standing if each.counts[standing])
    rows = tuple(
        (row.session_id, WORDS[row.standing], row.reason_code or "")
        for row in each.rows
        if row.standing is not Standing.READY
    )
    return each.clinician, counts, rows


def _lines(shown: MorningView) -> Iterator[str]:
    yield f"{shown.title}, {shown.span}"
    yield ""
    for words, count in shown.totals:
        yield f"{count:6}  {words}"
    if shown.reasons:
        yield ""
        yield "Why sessions are not ready"
        for words, code, sentence, count in shown.reasons:
            yield f"{count:6}  {words}: {code}. {sentence}".rstrip()
    for clinician, counts, rows in shown.clinicians:
        yield ""
        yield f"{clinician}: " + ", ".join(f"{count} {words.lower()}" for words, count in counts)
        for session_id, words, code in rows:
            yield f"        {session_id}  {words}{f' ({code})' if code else ''}"


def _sentences() -> dict[str, str]:
    """Return the sentence of every reason code that an error has."""
    found: dict[str, str] = {}
    kinds = [PipelineError]
    while kinds:
        kind = kinds.pop()
        found[kind.reason_code] = kind.sentence
        kinds.extend(kind.__subclasses__())
    return found
