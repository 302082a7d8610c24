"""The topics that must not be missed, and the ways in which people raise them (lexicon/risk/, one list a topic)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.adapters.grounding.grammar import Grammar
from pipeline.adapters.grounding.lexicon import lines_in, pairs_in
from pipeline.adapters.grounding.spoken import Spoken, spoken_words

_LISTS = ("suicide", "self_harm", "violence", "abuse", "substance_use", "psychosis", "other")
_HEADING = re.compile(r"\[(\w+)\](?: (critical))?")
_KIND = re.compile(r"(\w+):")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, and how a note names it."""

    name: str
    critical: bool
    note: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Raised:
    """Words that raise a topic, from ``first`` up to ``last``, the last one excluded."""

    topic: str
    #: ``explicit``, ``indirect``, or ``safe`` where a yes means that there is no danger.
    kind: str
    first: int
    last: int


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics, critical ones first."""
    found = (
        Topic(name, critical, re.compile("|".join(f"(?:{line})" for line in kinds["note"]), re.IGNORECASE))
        for (name, critical), kinds in _entries().items()
    )
    return tuple(sorted(found, key=lambda topic: not topic.critical))


def raised_by(words: Sequence[Spoken]) -> Iterator[Raised]:
    """Yield what raises a topic, in order, but for what a longer everyday idiom takes up."""
    forms = [word.word for word in words]
    idioms = _longest_at(forms)
    for match in _risks().matches(forms):
        topic, _, kind = match.rule.partition(" ")
        least = 0 if kind == "indirect" else match.last - match.first
        if all(idioms[number] <= least for number in range(match.first, match.last)):
            yield Raised(topic, kind, match.first, match.last)


def topics_raised(text: str) -> frozenset[str]:
    """Return the names of the topics that a text raises, outright or in other words."""
    return frozenset(raised.topic for raised in raised_by(spoken_words(text)))


def _longest_at(forms: Sequence[str]) -> list[int]:
    """Return for each word how long the longest idiom is that takes it up."""
    lengths = [0] * len(forms)
    for match in _idioms().matches(forms):
        for number in range(match.first, match.last):
            lengths[number] = max(lengths[number], match.last - match.first)
    return lengths


@cache
def _risks() -> Grammar:
    rules = [
        (f"{name} {kind}", patterns)
        for (name, _), kinds in _entries().items()
        for kind, patterns in kinds.items()
        if kind != "note"
    ]
    return Grammar(rules, _sets())


@cache
def _idioms() -> Grammar:
    return Grammar([("everyday", _read("everyday")["everyday", False]["benign"])], _sets())


@cache
def _sets() -> Mapping[str, str]:
    return dict(pairs_in("risk/sets.txt"))


@cache
def _entries() -> Mapping[tuple[str, bool], Mapping[str, Sequence[str]]]:
    return {topic: kinds for name in _LISTS for topic, kinds in _read(name).items()}


def _read(name: str) -> dict[tuple[str, bool], dict[str, list[str]]]:
    """Return the patterns of a list by topic and by kind."""
    found: dict[tuple[str, bool], dict[str, list[str]]] = {}
    kinds: dict[str, list[str]] = {}
    patterns: list[str] = []
    for line in lines_in(f"risk/{name}.txt"):
        heading, kind = _HEADING.fullmatch(line), _KIND.fullmatch(line)
        if heading:
            kinds = found.setdefault((heading[1], heading[2] is not None), {})
        elif kind:
            patterns = kinds.setdefault(kind[1], [])
        else:
            patterns.append(line)
    return found
