"""Which utterances a claim can rest on, by the weight of the words they share, quoted byte for byte."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.passage import Passage, Term
from pipeline.domain.evidence import EvidenceSpan

_MOST = 3
_LONGEST_QUOTE = 300
#: What words of the question before count for in its answer.
_QUESTION_SHARE = 0.8
#: A further utterance is worth showing where it adds this share of the claim.
_WORTH_ADDING = 0.12


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
    scored = [_candidate(number, held, weights, index) for number in _reachable(held, index)]
    while scored and len(candidates) < _MOST:
        best = max(scored, key=lambda c: (_gain(c, covered, weights), c.score, -c.utterance.number))
        if candidates and _gain(best, covered, weights) < _WORTH_ADDING * sum(weights):
            break
        candidates.append(best)
        covered |= best.covered
        scored.remove(best)
    return Evidence(tuple(candidates), weights)


def spans_of(candidates: Sequence[Candidate], terms: Sequence[Term]) -> tuple[EvidenceSpan, ...]:
    """Return the quotes of some candidates; a question stands before its answer."""
    spans = [
        quote(utterance, [name for term in candidate.covered for name in terms[term].names])
        for candidate in candidates
        for utterance in (candidate.question, candidate.utterance)
        if utterance is not None
    ]
    return tuple(dict.fromkeys(spans))


def quote(utterance: Utterance, names: Iterable[str] = ()) -> EvidenceSpan:
    """Return a segment as evidence: whole where it is short, else the sentences that hold the names."""
    segment, passage = utterance.segment, utterance.passage
    start, end = 0, len(segment.text)
    if end > _LONGEST_QUOTE:
        start, end = _sentences_with(passage, frozenset(names))
    return EvidenceSpan(
        segment_id=segment.segment_id,
        quote=segment.text[start:end],
        start=_time_at(utterance, start, segment.start),
        end=_time_at(utterance, end, segment.end),
        role=segment.role,
        char_start=start,
        char_end=end,
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


def _candidate(
    number: int, held: dict[int, frozenset[int]], weights: Sequence[float], index: TranscriptIndex
) -> Candidate:
    own = held.get(number, frozenset())
    question = _question_before(number, index)
    asked = held.get(question.number, frozenset()) - own if question is not None else frozenset()
    score = sum(weights[term] for term in own) + _QUESTION_SHARE * sum(weights[term] for term in asked)
    return Candidate(index.utterances[number], question if asked else None, own | asked, score)


def _question_before(number: int, index: TranscriptIndex) -> Utterance | None:
    for earlier in range(number - 1, max(number - 4, -1), -1):
        answer = index.utterances[earlier].answer
        if answer is not None and answer.utterance == number:
            return index.utterances[earlier]
    return None


def _gain(candidate: Candidate, covered: frozenset[int], weights: Sequence[float]) -> float:
    return sum(weights[term] for term in candidate.covered - covered)


def _sentences_with(passage: Passage, names: frozenset[str]) -> tuple[int, int]:
    """Return the characters from the first to the last clause with any of the names, within the longest quote."""
    clauses = [term.clause for term in passage.terms if term.names & names] or [0]
    first, last = passage.clauses[clauses[0]], passage.clauses[clauses[-1]]
    start, end = passage.words[first.first].start, passage.words[last.last - 1].end
    if end - start > _LONGEST_QUOTE:
        end = max(word.end for word in passage.words if word.end <= start + _LONGEST_QUOTE)
    return start, end


def _time_at(utterance: Utterance, char: int, default: float) -> float:
    """Return the second at which a character of the segment is spoken, by its share of the text."""
    segment = utterance.segment
    if char in {0, len(segment.text)} or segment.end <= segment.start:
        return default
    return round(segment.start + (segment.end - segment.start) * char / len(segment.text), 3)
