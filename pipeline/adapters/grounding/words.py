"""Words of a text with their character positions, their stems, and which of them carry content."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

import snowballstemmer  # type: ignore[import-untyped] # ships no types

from pipeline.adapters.grounding.lexicon import words_in

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+(?:[.,:/]\d+)*|[^\w\s]")
_stemmer = snowballstemmer.stemmer("english")
STOPWORDS = words_in("stopwords.txt")


class Word(NamedTuple):
    """One word or mark, in lower case with straight apostrophes, and where it stands."""

    form: str
    stem: str
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        """Say whether the word could tell one sentence from another."""
        return self.form.removesuffix("'s") not in STOPWORDS and self.form[0].isalnum()


@lru_cache(maxsize=50_000)
def stem(form: str) -> str:
    """Return the Snowball stem of a lower-case word; a mark or number is its own."""
    if not form[0].isalpha():
        return form
    return str(_stemmer.stemWord(form.removesuffix("'s")))


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words and marks of a text, in order."""
    return tuple(_word(match) for match in _WORD.finditer(text))


def _word(match: re.Match[str]) -> Word:
    return Word(*_read(match.group()), *match.span())


@lru_cache(maxsize=50_000)
def _read(written: str) -> tuple[str, str]:
    """Return the form and the stem of a word as it is written."""
    form = written.lower().replace("\u2019", "'")
    form = _contractions().get(form, form)
    return form, stem(form)


@cache
def _contractions() -> dict[str, str]:
    """Return contractions by how a recognizer writes them, without the apostrophe."""
    return {form.replace("'", ""): form for form in words_in("contractions.txt")}
