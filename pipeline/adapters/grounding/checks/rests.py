"""What a clause of a claim rests on: the utterances shown as evidence that hold most of its words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.clauses import Clause
from pipeline.adapters.grounding.evidence import Candidate
from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.passage import Term

#: The share of a clause's weight that has to be said for it to rest on anything.
_BASIS = 0.6
#: Utterances further apart than this speak of the clause's words each for itself.
_FAR = 6
#: Words, and clauses, within which one utterance says them together.
_STRETCH = 16


class Rest(NamedTuple):
    """An utterance and the terms of a clause that it holds."""

    utterance: Utterance
    terms: tuple[Term, ...]

    def spoken_terms(self) -> list[Term]:
        """Return the utterance's own terms of the same names."""
        names = frozenset().union(*(term.names for term in self.terms))
        return [term for term in self.utterance.passage.terms if term.names & names]

    def said_of(self, term: Term) -> list[Term]:
        """Return where the utterance says one of the terms; an amount is no word of it."""
        return [spoken for spoken in self.utterance.passage.terms if spoken.names & term.names]

    def is_scattered(self, index: TranscriptIndex) -> bool:
        """Say whether the utterance says the terms far from one another: in a long one, of several things."""
        places = sorted(
            (word, number)
            for number, term in enumerate(self.terms)
            for word in index.words_of(term.names, self.utterance.number)
        )
        wanted = len({number for _, number in places})
        return not any(
            len({number for word, number in places if first <= word < first + _STRETCH}) == wanted
            for first, _ in places
        )

    def clauses(self) -> list[Clause]:
        """Return the utterance's clauses that hold one of the terms."""
        return [self.utterance.passage.clauses[n] for n in sorted({term.clause for term in self.spoken_terms()})]


def rests_of(terms: Sequence[Term], ground: Ground) -> list[Rest]:
    """Return what a clause rests on, where that is most of it: the evidence with the clause's own words in it.

    It is what stands by the utterance that holds most. One that holds only some of what another one holds says nothing
    of its own about the clause.
    """
    rests = [rest for rest in rests_in(ground.evidence.candidates, terms, ground) if rest.terms]
    fullest = [rest for rest in rests if not any(set(rest.terms) < set(other.terms) for other in rests)]
    most = max(fullest, key=lambda rest: _weight(rest.terms, ground), default=None)
    near = [rest for rest in fullest if most and abs(rest.utterance.number - most.utterance.number) <= _FAR]
    said = {term for rest in near for term in rest.terms}
    return near if _weight(said, ground) >= _BASIS * _weight(terms, ground) else []


def rests_in(candidates: Iterable[Candidate], terms: Sequence[Term], ground: Ground) -> Iterator[Rest]:
    """Yield the questions and utterances of pieces of evidence, each with those of the terms that it holds."""
    for candidate in candidates:
        for utterance in (candidate.question, candidate.utterance):
            if utterance is not None:
                held = (term for term in terms if utterance.number in ground.index.where(term.names))
                yield Rest(utterance, tuple(held))


def _weight(terms: Iterable[Term], ground: Ground) -> float:
    return sum(ground.index.weight(term.names) for term in terms)


def is_amount(term: Term) -> bool:
    """Say whether a term is an amount, which goes by its value."""
    return any(name.startswith("#") for name in term.names)
