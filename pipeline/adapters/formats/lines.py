"""Plain text, one "Speaker: what was said" a line, with or without a time before it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from pipeline.adapters.formats.people import Cue, split_name
from pipeline.adapters.formats.times import seconds_of
from pipeline.errors import TranscriptInvalidError

_TIMED = re.compile(r"\s*[\[(]?(\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,3})?)[\])]?\s*-?\s*(.*)")
#: A line with a name and a time alone, what was said below it: Teams' documents, Otter, Zoom's "[Name] 00:00:03".
_HEADER = re.compile(r"\s*\[?([^\W\d_][^\[\]:]{0,60}?)\]?\s+[\[(]?(\d{1,3}:\d{2}(?::\d{2})?)[\])]?\s*")
#: Conversational English runs at about 150 words a minute.
_SECONDS_A_WORD = 0.4


def read_lines(text: str) -> Iterator[Cue]:
    """Yield a cue for each named line, the lines after it included.

    Raises ``TranscriptInvalidError`` with the line that has no speaker before it.
    """
    cues = list(_named_lines(text))
    if all(cue.start >= 0 for cue in cues):
        yield from _ended(cues)
        return
    seconds = 0.0
    for cue in cues:
        length = _length(cue)
        yield replace(cue, start=round(seconds, 3), end=round(seconds + length, 3), estimated=True)
        seconds += length


def _named_lines(text: str) -> Iterator[Cue]:
    """Yield cues whose start is below 0 where the line gives no time."""
    cue: Cue | None = None
    for number, line in enumerate(text.splitlines(), 1):
        start, said = _time_and_text(line)
        name, words = split_name(said)
        if name is not None:
            if cue:
                yield cue
            cue = Cue(start, start, name, words)
        elif said.strip():
            if cue is None:
                raise TranscriptInvalidError(where=f"line {number}")
            cue = replace(cue, text=f"{cue.text} {said}")
    if cue:
        yield cue


def _time_and_text(line: str) -> tuple[float, str]:
    header = _HEADER.fullmatch(line)
    if header is not None and split_name(f"{header[1]}:")[0] is not None:
        return seconds_of(header[2]) or 0.0, f"{header[1]}:"
    match = _TIMED.fullmatch(line)
    start = seconds_of(match[1]) if match else None
    return (-1.0, line) if match is None or start is None else (start, match[2])


def _ended(cues: list[Cue]) -> Iterator[Cue]:
    """End each cue with the next one, or as soon as its words can be said."""
    for cue, following in pairwise(cues):
        yield replace(cue, end=max(cue.start, min(following.start, cue.start + 2 * _length(cue))))
    for cue in cues[-1:]:
        yield replace(cue, end=cue.start + _length(cue))


def _length(cue: Cue) -> float:
    return max(1, len(cue.text.split())) * _SECONDS_A_WORD
