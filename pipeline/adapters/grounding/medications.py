"""Medicines found in a text, brand and generic under one substance."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import groups_in
from pipeline.adapters.grounding.words import Word


class Medicine(NamedTuple):
    """A medicine at words ``first`` to ``last``, the last one excluded."""

    substance: str
    first: int
    last: int


@cache
def _substances() -> dict[str, str]:
    return {name: group[0] for group in groups_in("medications.txt") for name in group if " " not in name}


def medicines_in(words: Sequence[Word]) -> Iterator[Medicine]:
    """Yield every medicine named in a text."""
    for index, word in enumerate(words):
        substance = _named(word.form)
        if substance is not None:
            yield Medicine(substance, index, index + 1)


@lru_cache(maxsize=20_000)
def _named(form: str) -> str | None:
    """Return the substance that a word names in the singular, in the plural, or as an owner."""
    substance = substance_of(form.removesuffix("'s"))
    return substance_of(form[:-1]) if substance is None and form.endswith("s") else substance


def names_of_medicines() -> frozenset[str]:
    """Return every name of every medicine."""
    return frozenset(_substances())


def substance_of(form: str) -> str | None:
    """Return the substance a word names, or ``None``."""
    return _substances().get(form)
