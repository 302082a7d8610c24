"""Which utterances a claim can rest on, by the weight of the words they share, quoted byte for byte."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.passage import Term
from pipeline.domain.evidence import EvidenceSpan
from pipeline.domain.transcript import Segment

_MOST = 3
_NONE: frozenset[int] = frozenset()
#: Characters kept beside a quote, to find it again.
_AROUND = 32
#: What words of the question before count for in its answer.
_QUESTION_SHARE = 0.8
#: A further utterance is worth showing where it adds this share of the claim.
_WORTH_ADDING = 0.12
#: Utterances to each side whose terms count in part, and which part.
_NEAR = 6
_AROUND_SHARE = 0.25
#: What a term counts less that an earlier place holds.
_AGAIN = 0.5
#: What the voice that a claim names counts, in mean weights of its terms.
_VOICE = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An utterance, the question before it, and the terms of the claim that both hold."""

    utterance: Utterance
    question: Utterance | None
    covered: frozenset[int]
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """The best candidates for a claim, best first."""

    candidates: tuple[Candidate, ...]
    weights: tuple[float, ...] = field(repr=False)
    #: The terms, by number, that each utterance with any holds itself.
    held: dict[int, frozenset[int]] = field(repr=False)

    @property
    def total(self) -> float:
        """Return the weight of the whole claim."""
        return sum(self.weights)

    def share(self, terms: Iterable[int]) -> float:
        """Return which share of the claim's weight some of its terms carry."""
        return sum(self.weights[term] for term in terms) / self.total if self.total else 0.0

    @property
    def covered(self) -> frozenset[int]:
        """Return the terms that any of the candidates holds."""
        return frozenset().union(*(candidate.covered for candidate in self.candidates))


def evidence_for(terms: Sequence[Term], index: TranscriptIndex) -> Evidence:
    """Return up to three utterances that together hold as much of the claim as possible."""
    weights = tuple(index.weight(term.names) for term in terms)
    held = _held(terms, index)
    candidates: list[Candidate] = []
    covered: frozenset[int] = frozenset()
    scored = list(_distinct(held, weights, index))
    while scored and len(candidates) < _MOST:
        best = max(scored, key=lambda c: (_gain(c, covered, weights), c.score, -c.utterance.number))
        if candidates and _gain(best, covered, weights) < _WORTH_ADDING * sum(weights):
            break
        candidates.append(best)
        covered |= best.covered
        scored.remove(best)
    return Evidence(tuple(candidates), weights, held)


def places_for(terms: Sequence[Term], evidence: Evidence, index: TranscriptIndex) -> tuple[Candidate, ...]:
    """Return up to three utterances to show for a claim, best first.

    What people talk about goes on for a while, so the terms said around an utterance count in part; so does the voice
    that the claim names, and a term that an earlier place holds already counts half.
    """
    weights, held = evidence.weights, evidence.held
    around = _around(held, weights)
    scored = {number: score + around[number] for number, score in _own(terms, evidence, index).items()}
    shown: list[Candidate] = []
    covered: frozenset[int] = frozenset()
    while scored and len(shown) < _MOST:
        best = max(scored, key=lambda n: (scored[n] - _AGAIN * _sum(held[n] & covered, weights), -n))
        shown.append(_candidate(best, held, weights, index))
        covered |= held[best]
        del scored[best]
    return tuple(shown)


def _own(terms: Sequence[Term], evidence: Evidence, index: TranscriptIndex) -> dict[int, float]:
    """Return what each utterance holds of the claim, and a word's worth more where the claim names its speaker."""
    weights = evidence.weights
    named = frozenset().union(*(index.speakers_named(term.names) for term in terms))
    for_voice = _VOICE * sum(weights) / (len(weights) or 1)
    worth = {found: _sum(found, weights) for found in frozenset(evidence.held.values())}
    return {
        number: worth[found] + (for_voice if index.utterances[number].segment.speaker in named else 0.0)
        for number, found in evidence.held.items()
    }


def _around(held: dict[int, frozenset[int]], weights: Sequence[float]) -> dict[int, float]:
    """Return what the terms said around each utterance add to it."""
    numbers = sorted(held)
    shares = {}
    for number in numbers:
        near = numbers[bisect_left(numbers, number - _NEAR) : bisect_right(numbers, number + _NEAR)]
        around = frozenset().union(*(held[other] for other in near)) - held[number]
        shares[number] = _AROUND_SHARE * _sum(around, weights)
    return shares


def _sum(terms: frozenset[int], weights: Sequence[float]) -> float:
    return sum(weights[term] for term in sorted(terms))


def spans_of(candidates: Sequence[Candidate]) -> tuple[EvidenceSpan, ...]:
    """Return the quotes of some candidates; a question stands before its answer."""
    spans = [
        quote(utterance)
        for candidate in candidates
        for utterance in (candidate.question, candidate.utterance)
        if utterance is not None
    ]
    return tuple(dict.fromkeys(spans))


def quote(utterance: Utterance) -> EvidenceSpan:
    """Return an utterance as evidence, byte for byte."""
    return quote_of(utterance, 0, len(utterance.passage.text))


def quote_of(utterance: Utterance, first: int, last: int) -> EvidenceSpan:
    """Return some characters of an utterance as evidence."""
    return span_in(utterance.segment, utterance.offset + first, utterance.offset + last)


def span_in(segment: Segment, start: int, end: int) -> EvidenceSpan:
    """Return some characters of a segment as evidence, byte for byte."""
    return EvidenceSpan(
        segment_id=segment.segment_id,
        quote=segment.text[start:end],
        start=_time_at(segment, start, segment.start),
        end=_time_at(segment, end, segment.end),
        role=segment.role,
        char_start=start,
        char_end=end,
        prefix=segment.text[max(0, start - _AROUND) : start],
        suffix=segment.text[end : end + _AROUND],
    )


def _held(terms: Sequence[Term], index: TranscriptIndex) -> dict[int, frozenset[int]]:
    """Return the terms that each utterance holds itself."""
    held: dict[int, set[int]] = {}
    for number, term in enumerate(terms):
        for utterance in index.where(term.names):
            held.setdefault(utterance, set()).add(number)
    return {utterance: frozenset(found) for utterance, found in held.items()}


def _reachable(held: dict[int, frozenset[int]], index: TranscriptIndex) -> list[int]:
    answers = {answer.utterance for number in held if (answer := index.utterances[number].answer) is not None}
    return sorted(held.keys() | answers)


def _distinct(held: dict[int, frozenset[int]], weights: Sequence[float], index: TranscriptIndex) -> Iterator[Candidate]:
    """Yield the first candidate of all that hold the same terms, since no later one of them is better."""
    seen: set[tuple[frozenset[int], frozenset[int]]] = set()
    for number in _reachable(held, index):
        terms = held.get(number, _NONE), _asked(number, held, index)
        if terms not in seen:
            seen.add(terms)
            yield _candidate(number, held, weights, index)


def _candidate(
    number: int, held: dict[int, frozenset[int]], weights: Sequence[float], index: TranscriptIndex
) -> Candidate:
    own, asked = held.get(number, _NONE), _asked(number, held, index)
    asking = index.question_of(number) if asked else None
    question = None if asking is None else index.utterances[asking]
    score = sum(weights[term] for term in own) + _QUESTION_SHARE * sum(weights[term] for term in asked)
    return Candidate(index.utterances[number], question, own | asked, score)


def _asked(number: int, held: dict[int, frozenset[int]], index: TranscriptIndex) -> frozenset[int]:
    """Return the terms that the question before an utterance adds to its own."""
    asking = index.question_of(number)
    return _NONE if asking is None else held.get(asking, _NONE) - held.get(number, _NONE)


def _gain(candidate: Candidate, covered: frozenset[int], weights: Sequence[float]) -> float:
    return sum(weights[term] for term in candidate.covered - covered)


def _time_at(segment: Segment, char: int, default: float) -> float:
    """Return the second at which a character of the segment is spoken, by its share of the text."""
    if char in {0, len(segment.text)} or segment.end <= segment.start:
        return default
    return round(segment.start + (segment.end - segment.start) * char / len(segment.text), 3)
