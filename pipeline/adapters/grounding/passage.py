"""A text made ready for comparison: words, clauses, negations, and the terms that carry its content."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.adapters.grounding.clauses import Clause, clauses_of
from pipeline.adapters.grounding.numerals import quantities_in
from pipeline.adapters.grounding.phrases import Meaning, meanings_in
from pipeline.adapters.grounding.polarity import negated_words
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.adapters.grounding.words import Word, words_of


@dataclass(frozen=True, slots=True)
class Term:
    """A content word or phrase under every name it goes by."""

    names: frozenset[str] = field(repr=False)
    #: Words by index, the last one excluded.
    first: int
    last: int
    negated: bool
    clause: int


@dataclass(frozen=True)
class Passage:
    """A text and what is found in it, each when first asked for: most of a session no claim touches."""

    text: str = field(repr=False)
    words: tuple[Word, ...] = field(repr=False)
    #: Words back from which a negation reaches.
    reach: int

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Return the clauses in order; together they cover every word."""
        return clauses_of(self.words)

    @cached_property
    def negated(self) -> tuple[bool, ...]:
        """Say of each word whether it stands under a negation."""
        return negated_words(self.words, self.clauses, self.reach)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Return the amounts, in order."""
        return quantities_in(self.words)

    @cached_property
    def meanings(self) -> tuple[Meaning, ...]:
        """Return the members of synonym groups, overlapping ones too."""
        return tuple(meanings_in([word.stem for word in self.words]))

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Return what carries its content, in order."""
        return tuple(_terms(self.words, self.clauses, self.negated, self.meanings))

    def clause_at(self, word: int) -> Clause:
        """Return the clause a word belongs to."""
        return next(clause for clause in self.clauses if clause.first <= word < clause.last)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the characters that the words from ``first`` up to ``last`` take up."""
        return self.words[first].start, self.words[last - 1].end

    def touches(self, first: int, last: int, spans: Iterable[tuple[int, int]]) -> bool:
        """Say whether the words from ``first`` up to ``last`` share a character with any of the spans."""
        start, end = self.span(first, last)
        return any(start < stop and begin < end for begin, stop in spans)

    def quote(self, term: Term) -> str:
        """Return the words of a term as they stand in the text."""
        start, end = self.span(term.first, term.last)
        return self.text[start:end]


def passage_of(text: str, words: Sequence[Word] | None = None, reach: int = 12) -> Passage:
    """Return the passage; ``words`` replaces the text's own where abbreviations were written out."""
    return Passage(text, tuple(words_of(text) if words is None else words), reach)


def names_of(word: Word) -> frozenset[str]:
    """Return the names of a word by itself: its stem and the synonym groups it belongs to."""
    return frozenset((word.stem, *(meaning.name for meaning in meanings_in((word.stem,)))))


def _terms(
    words: Sequence[Word], clauses: Sequence[Clause], negated: Sequence[bool], meanings: Sequence[Meaning]
) -> Iterator[Term]:
    """Yield the terms in order: of overlapping phrases the longest one, then single content words."""
    taken: dict[int, list[Meaning]] = {}
    for meaning in sorted(meanings, key=lambda m: m.first - m.last):
        holder = taken.get(meaning.first)
        if holder and (holder[0].first, holder[0].last) == (meaning.first, meaning.last):
            holder.append(meaning)
        elif not any(index in taken for index in range(meaning.first, meaning.last)) and _worth(words, meaning):
            entry = [meaning]
            taken.update(dict.fromkeys(range(meaning.first, meaning.last), entry))
    for number, clause in enumerate(clauses):
        index = clause.first
        while index < clause.last:
            last = taken[index][0].last if index in taken else index + 1
            names = {meaning.name for meaning in taken.get(index, ())}
            if last == index + 1 and words[index].is_content:
                names.add(words[index].stem)
            if names:
                yield Term(frozenset(names), index, last, negated[index], number)
            index = last


def _worth(words: Sequence[Word], meaning: Meaning) -> bool:
    return meaning.last - meaning.first > 1 or words[meaning.first].is_content
