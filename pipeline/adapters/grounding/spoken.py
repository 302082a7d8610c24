"""Words as they are spoken, however they were written down: no case, no marks but ends of sentences, no hesitations.

A recognizer may lose apostrophes, commas and full stops, and people say "like, really, you know" anywhere. So "I'm not,
like, gonna kill myself", "im not gonna kill my self" and "I am not going to kill myself" are the same words here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import lines_in, pairs_in, words_in

END = "."
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|'(?:ll|ve|re|d|m|s)\b|\d+|[.?!;:]+|\u2026")
_PAUSE = re.compile(r"\.{2,}|\u2026")
_HESITATIONS = words_in("risk/hesitations.txt")
_TAILS = {"n't": "not", "'ll": "will", "'ve": "have", "'re": "are", "'d": "would", "'m": "am"}
#: Words that take "'s" for "is" or "has"; after any other it shows whose something is.
_IS = frozenset(("he", "she", "it", "that", "what", "there", "who", "here", "where", "how", "everyone", "everybody",
                 "nobody", "someone", "somebody", "everything", "nothing", "something", "one"))  # fmt: skip


class Spoken(NamedTuple):
    """One word, or the end of a sentence, and the characters it was written with."""

    word: str
    start: int
    end: int


def spoken_words(text: str) -> tuple[Spoken, ...]:
    """Return the words of a text in order, contractions written out, with the characters of each."""
    plain = text.lower().replace("\u2019", "'")
    if len(plain) != len(text):  # a letter whose lower case is longer would move what follows
        plain = "".join(char.lower() if len(char.lower()) == 1 else char for char in text).replace("\u2019", "'")
    return tuple(_without_hesitations(tuple(_tokens(plain))))


def _tokens(text: str) -> Iterator[Spoken]:
    for match in _TOKEN.finditer(text):
        for word in _said(match.group()):
            yield Spoken(word, match.start(), match.end())


@lru_cache(maxsize=20_000)
def _said(token: str) -> tuple[str, ...]:
    """Return the words a written word stands for, or the end of a sentence; a pause is nothing."""
    if token[-1].isalnum():
        return _written_out(token)
    return () if _PAUSE.fullmatch(token) else (END,)


def _written_out(token: str) -> tuple[str, ...]:
    """Return the words a written word stands for; hesitations are kept until phrases are known."""
    known = _spellings().get((token,))
    if known is not None:
        return known
    for tail, word in _TAILS.items():
        if token.endswith(tail):
            return tuple(filter(None, (token.removesuffix(tail), word)))
    owner = token.removesuffix("'s")
    if owner == token:
        return (token,)
    # Whose something is: that is heard as often as not.
    return (*(_written_out(owner) if owner else ()), *(("is",) if owner in _IS else ()))


def _without_hesitations(tokens: tuple[Spoken, ...]) -> Iterator[Spoken]:
    """Leave out what carries nothing, and write as one what is one: "you know", "my self"."""
    openings = _phrases()
    index = 0
    while index < len(tokens):
        phrase, instead = _phrase_at(tokens, index) if tokens[index].word in openings else (0, ())
        if phrase:
            yield from (Spoken(word, tokens[index].start, tokens[index + phrase - 1].end) for word in instead)
            index += phrase
            continue
        if tokens[index].word not in _HESITATIONS:
            yield tokens[index]
        index += 1


def _phrase_at(tokens: tuple[Spoken, ...], index: int) -> tuple[int, tuple[str, ...]]:
    """Return how many words from here are said otherwise, none as a rule, and how."""
    for key in _phrases().get(tokens[index].word, ()):
        if key == tuple(token.word for token in tokens[index : index + len(key)]):
            return len(key), _spellings()[key]
    return 0, ()


@cache
def _spellings() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return what is said otherwise for the same, by its written words."""
    pairs = {tuple(left.split()): tuple(right.split()) for left, right in pairs_in("risk/spellings.txt")}
    dropped: dict[tuple[str, ...], tuple[str, ...]] = {tuple(line.split()): () for line in lines_in("risk/asides.txt")}
    return {**dropped, **pairs}


@cache
def _phrases() -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Return the spellings of several words by the first of them, longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for key in sorted(_spellings(), key=len, reverse=True):
        if len(key) > 1:
            found.setdefault(key[0], []).append(key)
    return found
