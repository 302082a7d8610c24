"""The meanings of words: synonym groups found in a text, several words long where need be."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import groups_in
from pipeline.adapters.grounding.words import words_of


class Meaning(NamedTuple):
    """A synonym group found at words ``first`` to ``last``, the last one excluded."""

    name: str
    first: int
    last: int


@cache
def _table(name: str) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the phrases of a list by the stem of their first word."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for group in groups_in(name):
        for member in group:
            stems = tuple(word.stem for word in words_of(member))
            table[stems[0]].append((stems, f"={group[0]}"))
    return {first: tuple(dict.fromkeys(entries)) for first, entries in table.items()}


def meanings_in(stems: Sequence[str], name: str = "synonyms.txt") -> Iterator[Meaning]:
    """Yield every member of every group of a list that occurs in a text."""
    table = _table(name)
    for index, first in enumerate(stems):
        for phrase, meaning in table.get(first, ()):
            if len(phrase) == 1 or tuple(stems[index : index + len(phrase)]) == phrase:
                yield Meaning(meaning, index, index + len(phrase))
