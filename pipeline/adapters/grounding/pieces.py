"""A long turn in pieces that can be read at a glance, none of which parts a denial from what it denies."""

import re
from collections.abc import Iterator

from pipeline.adapters.grounding.clauses import clauses_of
from pipeline.adapters.grounding.words import words_of

_SENTENCE_END = re.compile(r"[.?!]+\s+")
_PIECE = 280
#: A piece of talk without marks is at least this long, so that a turn does not fall into shreds.
_LEAST = 120


def pieces_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield the characters of each piece: whole sentences together, clauses where nobody wrote where they end."""
    start = 0
    while len(text) - start > _PIECE:
        ends = [match.end() for match in _SENTENCE_END.finditer(text, start, start + _PIECE)]
        end = ends[-1] if ends else _clause_end(text, start)
        yield start, len(text[:end].rstrip())
        start = end
    if start < len(text) or not text:
        yield start, len(text)


def _clause_end(text: str, start: int) -> int:
    """Return where the last clause begins that is not cut, else the last word, else where the piece is full."""
    words = words_of(text[start : start + _PIECE])
    openings = [start + words[clause.first].start for clause in clauses_of(words)]
    clause = next((opening for opening in reversed(openings) if opening - start >= _LEAST), 0)
    return clause or text.rfind(" ", start, start + _PIECE) + 1 or start + _PIECE
