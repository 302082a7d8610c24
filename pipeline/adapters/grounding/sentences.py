"""Sentences of a typed note, headings and bullets told apart, with their character positions."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import syntok.segmenter  # type: ignore[import-untyped] # ships no types

_BULLET = re.compile(r"\s*(?:(?:\d{1,2}[.)](?=\D)|[-*•▪◦\u2013])\s*)*")
_HEADING = re.compile(r"\s*(?:#+\s*)?(?:\*\*)?([A-Z][A-Za-z/&,' ()-]{1,60}?)(?:\*\*)?\s*:?\s*(?:\*\*)?\s*$")
_LONGEST_HEADING = 7


class Sentence(NamedTuple):
    """A sentence of a note, where it stands, and the heading above it."""

    text: str
    start: int
    end: int
    section: str


def sentences_of(text: str) -> Iterator[Sentence]:
    """Yield the sentences in order; a line that is only a heading becomes the section of what follows."""
    section = ""
    offset = 0
    for line in text.split("\n"):
        heading = heading_in(line)
        if heading is not None:
            section = heading
        else:
            yield from _sentences(line, offset, section)
        offset += len(line) + 1


def heading_in(line: str) -> str | None:
    """Return the heading that a line consists of, or ``None`` where it says something."""
    found = _HEADING.fullmatch(line)
    if found is None or len(found[1].split()) > _LONGEST_HEADING:
        return None
    marked = ":" in line or "#" in line or "**" in line or found[1].isupper()
    return found[1].strip() if marked else None


def _sentences(line: str, offset: int, section: str) -> Iterator[Sentence]:
    bullet = _BULLET.match(line)
    first = bullet.end() if bullet else 0
    start = None
    for paragraph in syntok.segmenter.analyze(line[first:]):
        for tokens in paragraph:
            begin = first + tokens[0].offset
            end = first + tokens[-1].offset + len(tokens[-1].value)
            start = begin if start is None else start
            if _open_quote(line[start:end]) and end < len(line.rstrip()):
                continue
            yield Sentence(line[start:end], offset + start, offset + end, section)
            start = None


def _open_quote(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("\u201c") > text.count("\u201d")
