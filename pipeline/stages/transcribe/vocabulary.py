"""The names a session may hold: medications as bundled, and what the agency adds; and the words that are no names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files


@cache
def medications() -> tuple[str, ...]:
    """Return the bundled medication names, generic and brand."""
    return _names(_lines("medications.txt"))


@cache
def common_medications() -> frozenset[str]:
    """Return those that are prescribed often."""
    return frozenset(_names(line for line in _lines("medications.txt") if line.startswith("+")))


def expected_names(own: Sequence[str]) -> tuple[str, ...]:
    """Return what a recognizer may listen for, likeliest first: the session's own names, then common medications."""
    return tuple(dict.fromkeys((*own, *(name for name in medications() if name in common_medications()))))


@cache
def ordinary_words() -> frozenset[str]:
    """Return the words that conversation is made of, in lower case."""
    return frozenset(word for line in _lines("ordinary_words.txt") for word in line.split())


def plain(word: str) -> str:
    """Return a word in lower case, without punctuation around it."""
    return re.sub(r"[^a-z0-9'-]", "", word.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).strip("-'")


def plain_names(names: Iterable[str]) -> frozenset[str]:
    """Return every word of the names, plain."""
    return frozenset(plain(word) for name in names for word in name.split())


def _names(lines: Iterable[str]) -> tuple[str, ...]:
    names = (name.strip() for line in lines for name in re.split("[:,]", line.removeprefix("+")))
    return tuple(dict.fromkeys(name for name in names if name))


def _lines(name: str) -> Iterator[str]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
