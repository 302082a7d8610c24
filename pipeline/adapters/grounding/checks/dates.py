"""Dates and appointments: a day of the month belongs to its month, and "in six weeks" to what is to happen then."""

import re
from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.lexicon import groups_in
from pipeline.adapters.grounding.passage import Passage
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.domain.evidence import EvidenceSpan, Finding

CHECK = "dates"
_MONTHS = frozenset(next(group[1:] for group in groups_in("times.txt") if group[0] == "month"))
_LAST_DAY = 31
_MOST = 4
#: Words between a month and its day: "November the second", "the 14th of November".
_NEAR = 2
_RETURN = re.compile(
    r"\b(?:follow[- ]?up|f/u|rtc|return(?:s|ing)? (?:to clinic|visit|in)|next (?:session|appointment|visit)|"
    r"see (?:you|him|her|pt|client)|come back|back in|again in|meet (?:again|in|next))\b",
    re.IGNORECASE,
)


def check_dates(ground: Ground) -> Outcome:
    """Hold each date of the claim against those of its month, and the time to the next visit against what was set."""
    dates = tuple(_dates_in(ground.claim.passage, ground.claim.quantities))
    findings = (*_dates(dates, ground), *_returns(ground))
    if not dates and not findings:
        return NOT_APPLICABLE
    return failed(*findings) if findings else PASSED


def _dates_in(passage: Passage, amounts: Sequence[Quantity]) -> Iterator[tuple[str, float, Quantity]]:
    """Yield each month with the day beside it."""
    months = [(n, word.form) for n, word in enumerate(passage.words) if word.form in _MONTHS]
    for at, month in months:
        for amount in amounts:
            beside = 0 < amount.first - at <= _NEAR or 0 < at - amount.last + 1 <= _NEAR
            if beside and not amount.unit and amount.value <= _LAST_DAY and amount.value.is_integer():
                yield month, amount.value, amount


def _dates(dates: Sequence[tuple[str, float, Quantity]], ground: Ground) -> Iterator[Finding]:
    for month, day, amount in dates:
        spoken = [(said, u) for u in ground.index.utterances for m, said, _ in _spoken_dates(u) if m == month]
        if spoken and all(said != day for said, _ in spoken):
            start, end = ground.claim.passage.span(amount.first, amount.last)
            yield Finding(CHECK, "time_mismatch", ground.claim.text[start:end], _quotes([u for _, u in spoken]))


def _spoken_dates(utterance: Utterance) -> Iterator[tuple[str, float, Quantity]]:
    if any(word.form in _MONTHS for word in utterance.passage.words):
        yield from _dates_in(utterance.passage, utterance.passage.quantities)


def _returns(ground: Ground) -> Iterator[Finding]:
    """Yield a time to the next visit that is not the one that was set."""
    claimed = [amount for amount in ground.claim.quantities if amount.is_time]
    if not claimed or not _RETURN.search(ground.claim.text):
        return
    for amount in claimed:
        # Only "in six weeks" says when to come back; "three times this week" does not.
        before = ground.claim.passage.words[amount.first - 1].form if amount.first else ""
        if (
            before != "in"
            and _RETURN.search(ground.claim.text[: ground.claim.passage.words[amount.first].start]) is None
        ):
            continue
        said = list(_set_in(ground.index))
        if said and not any(amount.equals(spoken) for spoken, _ in said):
            start, end = ground.claim.passage.span(amount.first, amount.last)
            yield Finding(CHECK, "number_mismatch", ground.claim.text[start:end], _quotes([u for _, u in said]))


def _set_in(index: TranscriptIndex) -> Iterator[tuple[Quantity, Utterance]]:
    """Yield the lengths of time after "see you in", "come back in" and the like."""
    for utterance in index.utterances:
        match = _RETURN.search(utterance.passage.text)
        if match is not None:
            later = (q for q in utterance.passage.quantities if utterance.passage.words[q.first].start >= match.start())
            yield from ((amount, utterance) for amount in later if amount.is_time)


def _quotes(utterances: Sequence[Utterance]) -> tuple[EvidenceSpan, ...]:
    return tuple(dict.fromkeys(quote(utterance) for utterance in utterances))[:_MOST]
