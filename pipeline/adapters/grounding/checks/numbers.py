"""Numbers: doses, durations, frequencies and counts must be said, with their unit, and not corrected later."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import SpokenQuantity
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "numbers"


def check_numbers(ground: Ground) -> Outcome:
    """Hold each number of the claim against those spoken."""
    if ground.claim.kind is SentenceKind.SESSION_FACT:
        # What comes from rows is held against rows; nobody says the number of a consent form.
        return NOT_APPLICABLE
    if not ground.claim.quantities:
        return NOT_APPLICABLE
    findings = tuple(finding for q in ground.claim.quantities if (finding := _finding(q, ground)) is not None)
    return failed(*findings) if findings else PASSED


def _finding(quantity: Quantity, ground: Ground) -> Finding | None:
    passage = ground.claim.passage
    start, end = passage.span(quantity.first, quantity.last)
    words = passage.text[start:end]
    same = [spoken for spoken in ground.index.quantities if quantity.equals(spoken.quantity)]
    if quantity.noun:
        same = [spoken for spoken in same if spoken.quantity.noun == quantity.noun] or same
    if any(spoken.corrected_in is None for spoken in same):
        return None
    if same:
        counter = tuple(dict.fromkeys(quote(ground.index.utterances[s.corrected_in]) for s in same if s.corrected_in))
        return Finding(CHECK, "stale_after_correction", words, counter)
    rivals = tuple(_rivals(quantity, ground))
    if rivals:
        counter = tuple(dict.fromkeys(quote(ground.index.utterances[rival.utterance]) for rival in rivals))
        return Finding(CHECK, "number_mismatch", words, counter)
    return Finding(CHECK, "number_not_said", words)


def _rivals(quantity: Quantity, ground: Ground) -> Iterator[SpokenQuantity]:
    """Yield other amounts of the same kind that the claim's best evidence speaks of."""
    if not ground.evidence.candidates or not quantity.unit:
        return
    best = ground.evidence.candidates[0]
    near = {best.utterance.number} | ({best.question.number} if best.question else set())
    if ground.evidence.share(best.covered) < 0.3:  # noqa: PLR2004 - less in common is another subject
        return
    for spoken in ground.index.quantities:
        comparable = spoken.quantity.unit == quantity.unit or (spoken.quantity.is_time and quantity.is_time)
        if spoken.utterance in near and comparable and spoken.corrected_in is None:
            yield spoken
