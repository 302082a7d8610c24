"""A claim cut into the parts that each state something, and how well each part is borne out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.grounding.index import TranscriptIndex
from pipeline.adapters.grounding.passage import Passage, Term

_WINDOW = 1
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A clause, or several short ones: its terms and all its words by index."""

    terms: tuple[Term, ...] = field(repr=False)
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Borne:
    """How a part fares in its best stretch of the conversation, each figure a share from 0 to 1."""

    weight: float
    #: Of its weight, in the best three utterances in a row.
    window: float
    #: Of its words, in order, in those utterances.
    sequence: float


def units_of(passage: Passage, terms: Sequence[Term]) -> Iterator[Unit]:
    """Yield the parts in order; a clause with a single term joins the one before it."""
    held: list[Term] = []
    first = 0
    for number, clause in enumerate(passage.clauses):
        own = [term for term in terms if clause.first <= term.first < clause.last]
        held += own
        following = passage.clauses[number + 1 :]
        rest = [t for c in following for t in terms if c.first <= t.first < c.last]
        if len(held) >= _FEWEST and (not rest or len(rest) >= _FEWEST):
            yield Unit(tuple(held), first, clause.last)
            held, first = [], clause.last
    if held:
        yield Unit(tuple(held), first, len(passage.words))


def borne_out(unit: Unit, passage: Passage, index: TranscriptIndex) -> Borne:
    """Return how a part fares."""
    weights = [index.weight(term.names) for term in unit.terms]
    total = sum(weights) or 1.0
    windows = _windows(unit.terms, index)
    held = {found: sum(weights[term] for term in sorted(found)) for found in windows}
    best = max(windows, key=lambda found: (held[found], -windows[found]), default=None)
    if best is None:
        return Borne(total, 0.0, 0.0)
    return Borne(total, held[best] / total, _sequence(unit, passage, index, windows[best]))


def longest_common(left: Sequence[str], right: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    lengths = [0] * (len(right) + 1)
    for item in left:
        diagonal = 0
        for column, other in enumerate(right, 1):
            above = lengths[column]
            lengths[column] = diagonal + 1 if item == other else max(above, lengths[column - 1])
            diagonal = above
    return lengths[-1]


def _windows(terms: Sequence[Term], index: TranscriptIndex) -> dict[frozenset[int], int]:
    """Return by the terms that a window holds the middle of the first one that does."""
    held: dict[int, set[int]] = {}
    for number, term in enumerate(terms):
        for utterance in index.where(term.names):
            for middle in range(utterance - _WINDOW, utterance + _WINDOW + 1):
                held.setdefault(middle, set()).add(number)
    middles = range(len(index.utterances))
    return {frozenset(held[middle]): middle for middle in sorted(held, reverse=True) if middle in middles}


def _sequence(unit: Unit, passage: Passage, index: TranscriptIndex, best: int) -> float:
    claim = [word.stem for word in passage.words[unit.first : unit.last] if word.form[0].isalnum()]
    if not claim:
        return 0.0
    near = index.utterances[max(0, best - _WINDOW) : best + _WINDOW + 1]
    return longest_common(claim, [word.stem for u in near for word in u.passage.words]) / len(claim)
