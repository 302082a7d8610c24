"""Numbers: doses, durations, frequencies and counts must be said, with their unit, and not corrected later."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import around, has_basis, stretch
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import SpokenQuantity
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind

CHECK = "numbers"
#: Numbers up to this are said all the time, so that one said elsewhere proves nothing.
_SMALL = 12.0


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
    """Return what speaks against a number: near the evidence first, then anywhere."""
    start, end = ground.claim.passage.span(quantity.first, quantity.last)
    words = ground.claim.text[start:end]
    same = [spoken for spoken in ground.index.quantities if _agree(quantity, spoken.quantity)]
    if quantity.noun:
        same = [spoken for spoken in same if spoken.quantity.noun == quantity.noun] or same
    standing = [spoken for spoken in same if spoken.corrected_in is None]
    if same and not standing:
        return Finding(CHECK, "stale_after_correction", words, _quotes([s.corrected_in or 0 for s in same], ground))
    near = {utterance.number for utterance in around(ground, ground.evidence.candidates)}
    if any(spoken.utterance in near for spoken in standing):
        return None
    rivals = [spoken.utterance for spoken in _rivals(quantity, ground)]
    if rivals and (not standing or quantity.value <= _SMALL):
        return Finding(CHECK, "number_mismatch", words, _quotes(rivals, ground))
    return None if standing else Finding(CHECK, "number_not_said", words)


def _agree(claimed: Quantity, spoken: Quantity) -> bool:
    """Say whether both are the same amount; "the twentieth" is no twenty."""
    return claimed.equals(spoken) and (claimed.ordinal or not spoken.ordinal or not claimed.unit)


def _quotes(numbers: Sequence[int], ground: Ground) -> tuple[EvidenceSpan, ...]:
    return tuple(quote(ground.index.utterances[number]) for number in dict.fromkeys(numbers))


def _rivals(quantity: Quantity, ground: Ground) -> Iterator[SpokenQuantity]:
    """Yield other amounts of the same kind that the claim's best evidence speaks of."""
    if not (quantity.unit or quantity.noun) or not has_basis(ground, frozenset((quantity.name,))):
        return
    near = {utterance.number for utterance in stretch(ground, 0, frozenset((quantity.name,)))}
    for spoken in ground.index.quantities:
        unit = spoken.quantity.unit == quantity.unit or (spoken.quantity.is_time and quantity.is_time)
        comparable = unit if quantity.unit else spoken.quantity.noun == quantity.noun
        if spoken.utterance in near and comparable and spoken.corrected_in is None:
            yield spoken
