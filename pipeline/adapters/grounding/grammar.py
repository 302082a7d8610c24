"""A small language for the ways in which people say a thing, over words as they are spoken.

``want|wish to? <DIE>`` reads: one of two words, perhaps "to", then any phrase of the set DIE. ``a_b`` is two words,
``suicid*`` any word so begun, ``..3`` up to three other words of the same sentence, ``!x|y`` that neither follows,
``$`` the end of a sentence. A set is ``NAME = pattern / pattern``.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from pipeline.adapters.grounding.spoken import END

Matcher = Callable[[str, int], re.Match[str] | None]

_SET = re.compile(r"<(\w+)>")
_GAP = re.compile(r"\.\.(\d)")


class Match(NamedTuple):
    """The words from ``first`` up to ``last``, the last one excluded, and which rule they fit."""

    first: int
    last: int
    rule: str


class Grammar:
    """Rules by name, each a union of patterns that are looked up by the first word of a match."""

    def __init__(self, rules: Sequence[tuple[str, Sequence[str]]], sets: Mapping[str, str]) -> None:
        self._sets = sets
        self._whole: dict[str, list[tuple[str, str]]] = {}
        self._begun: dict[str, list[tuple[str, str]]] = {}
        for name, patterns in rules:
            for pattern in patterns:
                for word in dict.fromkeys(self._openings(pattern)):
                    table = self._begun if word.endswith("*") else self._whole
                    table.setdefault(word.removesuffix("*"), []).append((name, pattern))

    def matches(self, words: Sequence[str]) -> Iterator[Match]:
        """Yield every match at every word, in order."""
        text = "".join(f"{word} " for word in words)
        starts = [0, *accumulate(len(word) + 1 for word in words)]
        said = frozenset(words)
        starting = {word: self._starting(word, said) for word in said}
        for number, word in enumerate(words):
            start = starts[number]
            for name, match in starting[word]:
                found = match(text, start)
                if found is not None:
                    yield Match(number, number + text.count(" ", start, found.end()), name)

    def _starting(self, word: str, said: frozenset[str]) -> tuple[tuple[str, Matcher], ...]:
        """Return the patterns that can begin with a word, each with its rule, where the rest of them was said too."""
        return tuple(
            (name, self._compiled(pattern).match)
            for name, pattern in self._rules(word)
            if not any(words.isdisjoint(said) for words in self._needed(pattern))
        )

    @lru_cache(maxsize=20_000)  # noqa: B019 - a grammar lives as long as the process
    def _rules(self, word: str) -> tuple[tuple[str, str], ...]:
        """Return the rules with the patterns that can begin with a word."""
        begun = (found for end in range(1, len(word) + 1) for found in self._begun.get(word[:end], ()))
        return tuple(dict.fromkeys((*self._whole.get(word, ()), *begun)))

    @lru_cache(maxsize=20_000)  # noqa: B019 - a grammar lives as long as the process
    def _needed(self, pattern: str) -> tuple[frozenset[str], ...]:
        """Return sets of words of each of which a match holds one."""
        items = [item for item in pattern.split() if item[0] != "!" and item[-1] != "?" and not _GAP.fullmatch(item)]
        openings = [frozenset(self._openings(item)) for item in items]
        return tuple(words for words in openings if not any(word == "$" or word[-1] == "*" for word in words))

    @lru_cache(maxsize=20_000)  # noqa: B019 - a grammar lives as long as the process
    def _compiled(self, pattern: str) -> re.Pattern[str]:
        return re.compile(self._sequence(pattern))

    def _sequence(self, pattern: str) -> str:
        return "".join(self._item(item) for item in pattern.split())

    def _item(self, item: str) -> str:
        gap = _GAP.fullmatch(item)
        if gap:
            return rf"(?:(?!\{END} )\S+ ){{0,{gap[1]}}}?"
        if item[0] == "!":
            return f"(?!{self._choice(item[1:])})"
        return f"{self._choice(item[:-1])}?" if item[-1] == "?" else self._choice(item)

    @lru_cache(maxsize=2_000)  # noqa: B019 - a grammar lives as long as the process
    def _choice(self, item: str) -> str:
        """Return any of the alternatives, longer ones first, so that the longest match is found."""
        found = [part for atom in item.split("|") for part in self._atom(atom)]
        return f"(?:{'|'.join(sorted(found, key=len, reverse=True))})"

    def _atom(self, atom: str) -> Iterator[str]:
        named = _SET.fullmatch(atom)
        if named:
            yield from (self._sequence(pattern) for pattern in self._sets[named[1]].split(" / "))
        elif atom == "$":
            yield rf"(?:(?=\{END} )|\Z)"
        else:
            yield re.escape(atom).replace("_", " ").replace(r"\*", r"[\w']*") + " "

    def _openings(self, pattern: str) -> Iterator[str]:
        """Yield the words that a match can begin with; one that ends in a star only begins so."""
        for item in pattern.split():
            needed = item.removesuffix("?")
            for atom in needed.split("|"):
                named = _SET.fullmatch(atom)
                if named:
                    for part in self._sets[named[1]].split(" / "):
                        yield from self._openings(part)
                else:
                    yield atom.partition("_")[0]
            if needed == item:
                return
