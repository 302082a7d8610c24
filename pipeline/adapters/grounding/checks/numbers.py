"""Numbers: doses, durations, frequencies and counts must be said, with their unit, and not corrected later."""

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.hearing import unsure_of
from pipeline.adapters.grounding.checks.nearby import around, has_basis, stretch
from pipeline.adapters.grounding.evidence import places_for, quote
from pipeline.adapters.grounding.index import SpokenQuantity, TranscriptIndex
from pipeline.adapters.grounding.quantities import RATING, Quantity
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind

CHECK = "numbers"
_SCALE = re.compile(
    r"\b(?:zero|one|0|1) (?:to|through) (?:ten|10|a hundred|one hundred|100)\b"
    r"|\bout of (?:ten|10|a hundred|100)\b|\bscale\b|/10\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:down|up|by|decrease[sd]?|dropp?(?:ed|s)?|fallen|fell|gain(?:ed|s)?|increase[sd]?|left|los[st]|lost|more|less|fewer"
    r"|remain(?:ing|s)?|rose|risen)\b",
    re.IGNORECASE,
)
_MOST = 4
#: "Three, four days" and "three or four days" are one length.
_APART = 2
#: Numbers up to this are said all the time, so that one said elsewhere proves nothing.
_SMALL = 12.0
#: Utterances after a scale in which an answer that opens with a number is given on it.
_SAME_SCALE = 4
#: An utterance of so few words right after a scale answers on it: "gosh, it's like a nine".
_BRIEF_REPLY = 12
#: Units that people leave out: "he's six", "takes fifty".
_LOOSE = frozenset(("year", "time", "mg", "dollar", "pound", "percent"))


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
    equal = [ground.index.quantities[number] for number in ground.index.amounts_equal_to(quantity)]
    same = [spoken for spoken in equal if _agree(quantity, spoken.quantity)]
    if quantity.noun:
        same = [spoken for spoken in same if spoken.quantity.noun == quantity.noun] or same
    standing = [spoken for spoken in same if spoken.corrected_in is None]
    near = {utterance.number for utterance in around(ground, ground.evidence.candidates)}
    stale = _stale(quantity, same, ground)
    if stale and _tells_both(quantity, ground):
        return None
    if stale:
        return Finding(CHECK, "stale_after_correction", words, _quotes([s.corrected_in or 0 for s in stale], ground))
    if not standing and unsure_of(quantity, ground):
        return None  # the check of hearing says so
    if quantity.unit == RATING and (rated := _ratings(ground.index)):
        return _of_rating(quantity, words, rated, ground)
    return _of_standing(quantity, words, standing, near, ground)


def _stale(quantity: Quantity, same: Sequence[SpokenQuantity], ground: Ground) -> list[SpokenQuantity]:
    """Return the equal amounts, if those that count the same thing, or those in the evidence, were all taken back."""
    own = frozenset((quantity.name,))
    near = {utterance.number for utterance in stretch(ground, 0, own)} if has_basis(ground, own) else frozenset()
    named = quantity.unit or quantity.noun
    kin = [s for s in same if named and named in {s.quantity.unit, s.quantity.noun}]
    beside = [spoken for spoken in same if spoken.utterance in near and _may_count_the_same(quantity, spoken.quantity)]
    for group in (kin, beside, same):
        if group and all(spoken.corrected_in is not None for spoken in group):
            return list(group)
        if group and group is not same:
            return []
    return []


def _tells_both(quantity: Quantity, ground: Ground) -> bool:
    """Say whether the claim has another amount of the kind that stands: "85 mg; an increase to 90 was put off"."""
    others = [other for other in ground.claim.quantities if not other.equals(quantity) and _same_kind(other, quantity)]
    heard = [ground.index.quantities[n] for other in others for n in ground.index.amounts_equal_to(other)]
    return any(spoken.corrected_in is None for spoken in heard)


def _may_count_the_same(claimed: Quantity, spoken: Quantity) -> bool:
    return _same_kind(claimed, spoken) or not (spoken.unit or spoken.noun)


def _of_standing(
    quantity: Quantity, words: str, standing: Sequence[SpokenQuantity], near: Container[int], ground: Ground
) -> Finding | None:
    """Hold a number against equal amounts that nobody took back, and against others that stand in their place."""
    beside = [spoken for spoken in standing if spoken.utterance in near]
    counted = any(_same_kind(quantity, spoken.quantity) or _answers_alone(spoken, ground) for spoken in beside)
    if counted or _is_a_difference(quantity, near, ground):
        return None
    years = _years_beside(quantity, standing, ground)
    if years:
        return Finding(CHECK, "number_mismatch", words, _quotes(years, ground))
    rivals = [spoken.utterance for spoken in _rivals(quantity, ground)]
    if rivals and _is_shown(quantity, standing, ground):
        return None
    if beside and not rivals:
        return None
    if rivals and (not standing or quantity.value <= _SMALL):
        return Finding(CHECK, "number_mismatch", words, _quotes(rivals, ground))
    return None if standing else Finding(CHECK, "number_not_said", words)


def _is_bare(quantity: Quantity) -> bool:
    return not quantity.unit and not quantity.noun and not quantity.ordinal


def _is_a_difference(quantity: Quantity, near: Container[int], ground: Ground) -> bool:
    """Say whether a change was not said but follows from what was: "191. I was 210 in the fall" is 19 down."""
    if not _CHANGE.search(ground.claim.text):
        return False
    spoken = [q for q in ground.index.quantities if q.utterance in near and q.corrected_in is None]
    return any(
        one.utterance == other.utterance and one.quantity.value - other.quantity.value == quantity.value
        for one in spoken
        for other in spoken
    )


def _is_shown(quantity: Quantity, standing: Sequence[SpokenQuantity], ground: Ground) -> bool:
    """Say whether the same amount of the same thing was said in what is shown for the claim."""
    shown = {candidate.utterance.number for candidate in places_for(ground.terms, ground.evidence, ground.index)}
    return any(spoken.utterance in shown and _same_kind(quantity, spoken.quantity) for spoken in standing)


def _years_beside(quantity: Quantity, standing: Sequence[SpokenQuantity], ground: Ground) -> list[int]:
    """Return where each bare equal number stands beside other years: "till I was sixteen. Sober for 22 years"."""
    if quantity.unit != "year" or any(spoken.quantity.unit for spoken in standing):
        return []
    return [
        spoken.utterance
        for spoken in standing
        for other in ground.index.quantities
        if other.utterance == spoken.utterance
        and other.quantity.unit == quantity.unit
        and abs(other.quantity.first - spoken.quantity.last) > _APART
    ]


def _of_rating(quantity: Quantity, words: str, rated: Sequence[SpokenQuantity], ground: Ground) -> Finding | None:
    """Hold "7/10" against what was answered on a scale, whatever else was counted in the session."""
    if any(quantity.value == spoken.quantity.value for spoken in rated):
        return None
    return Finding(CHECK, "number_mismatch", words, _quotes([spoken.utterance for spoken in rated], ground)[:_MOST])


@lru_cache(maxsize=4)
def _ratings(index: TranscriptIndex) -> tuple[SpokenQuantity, ...]:
    """Return the bare amounts in what is said of a scale and in the answers to it, also to "and right now?"."""
    asked = {u.number for u in index.utterances if _SCALE.search(u.passage.text)}
    answers = {answer for number in asked if (answer := index.answer_of(number)) is not None}
    brief = {u.number for u in index.utterances if u.number - 1 in asked and len(u.passage.words) <= _BRIEF_REPLY}
    later = {number + step for number in asked for step in range(1, _SAME_SCALE + 1)}
    at_once = asked | answers | brief
    bare = (s for s in index.quantities if not s.quantity.unit and s.corrected_in is None)
    return tuple(s for s in bare if s.utterance in at_once or (s.utterance in later and not s.quantity.first))


def _agree(claimed: Quantity, spoken: Quantity) -> bool:
    """Say whether both are the same amount; "the twentieth" is no twenty, and three beers are not three days."""
    if claimed.unit and spoken.noun and not spoken.unit and claimed.unit not in _LOOSE:
        return False
    return claimed.ordinal or not spoken.ordinal or not claimed.unit


def _same_kind(claimed: Quantity, spoken: Quantity) -> bool:
    """Say whether both count the same thing, as far as either says what it counts."""
    if claimed.unit or spoken.unit:
        return claimed.unit == spoken.unit or (claimed.is_time and spoken.is_time)
    return not claimed.noun or not spoken.noun or claimed.noun == spoken.noun


def _quotes(numbers: Sequence[int], ground: Ground) -> tuple[EvidenceSpan, ...]:
    return tuple(quote(ground.index.utterances[number]) for number in dict.fromkeys(numbers))


def _rivals(quantity: Quantity, ground: Ground) -> Iterator[SpokenQuantity]:
    """Yield other amounts of the same kind that the claim's best evidence speaks of."""
    if quantity.ordinal or not (quantity.unit or quantity.noun) or not has_basis(ground, frozenset((quantity.name,))):
        return
    near = {utterance.number for utterance in stretch(ground, 0, frozenset((quantity.name,)))}
    for spoken in ground.index.quantities:
        unit = spoken.quantity.unit == quantity.unit or (spoken.quantity.is_time and quantity.is_time)
        comparable = unit if quantity.unit else spoken.quantity.noun == quantity.noun
        comparable = comparable or _answers_alone(spoken, ground)
        if spoken.utterance in near and comparable and spoken.corrected_in is None and not _says_when(spoken, ground):
            yield spoken


def _says_when(spoken: SpokenQuantity, ground: Ground) -> bool:
    """Say whether an amount only tells of a time gone by, as in "last week"."""
    words = ground.index.utterances[spoken.utterance].passage.words
    return words[spoken.quantity.first].form in {"last", "past"}


def _answers_alone(spoken: SpokenQuantity, ground: Ground) -> bool:
    """Say whether an answer opens with a bare number: "One. In the grocery store"."""
    return (
        _is_bare(spoken.quantity)
        and spoken.quantity.first == 0
        and ground.index.question_of(spoken.utterance) is not None
    )
