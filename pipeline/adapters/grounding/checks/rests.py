"""What a clause of a claim rests on: the utterances shown as evidence that hold most of its words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.passage import Term
from pipeline.adapters.grounding.polarity import Clause

#: The share of a clause's weight that has to be said for it to rest on anything.
_BASIS = 0.6


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

    def clauses(self) -> list[Clause]:
        """Return the utterance's clauses that hold one of the terms."""
        return [self.utterance.passage.clauses[n] for n in sorted({term.clause for term in self.spoken_terms()})]


def rests_of(terms: Sequence[Term], ground: Ground) -> Iterator[Rest]:
    """Yield what a clause rests on, where that is most of it: the evidence with the clause's own words in it.

    An utterance that holds only some of what another one holds says nothing of its own about the clause.
    """
    total = sum(ground.index.weight(term.names) for term in terms) or 1.0
    rests = []
    held: set[int] = set()
    for candidate in ground.evidence.candidates:
        for utterance in (candidate.question, candidate.utterance):
            own = [n for n, t in enumerate(terms) if utterance and utterance.number in ground.index.where(t.names)]
            if utterance is not None and own:
                rests.append(Rest(utterance, tuple(terms[n] for n in own)))
                held.update(own)
    if sum(ground.index.weight(terms[n].names) for n in held) >= _BASIS * total:
        yield from (rest for rest in rests if not any(set(rest.terms) < set(other.terms) for other in rests))


def is_amount(term: Term) -> bool:
    """Say whether a term is an amount, which goes by its value."""
    return any(name.startswith("#") for name in term.names)
