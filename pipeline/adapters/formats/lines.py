"""Plain text: "Speaker: what was said" a line, or name and time above it; with or without times."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.adapters.formats.captions import read_ranges
from pipeline.adapters.formats.cues import Cue, speaking_seconds
from pipeline.adapters.formats.labels import Labels, label_of
from pipeline.adapters.formats.surroundings import is_fact, is_head, is_said_by_nobody
from pipeline.adapters.formats.times import seconds_of
from pipeline.errors import TranscriptInvalidError

_TIME = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,9})?"
_IN_BRACKETS = rf"[\[(<]({_TIME})[\])>]"
_STAMP = rf"[\[(<]?({_TIME})[\])>]?"
_STAMPED = re.compile(rf"\s*{_STAMP}\s*(?:[-|\N{{EN DASH}}]\s*)?(.*)")
_IN_BRACKETS_FIRST = re.compile(rf"\s*{_IN_BRACKETS}\s*(.*)")
#: A line with a name and a time alone, what was said below it: Teams' documents, Otter, Zoom's "[Name] 00:00:03".
_HEADING = re.compile(rf"\s*\[?([^\W_][^\[\]:]{{0,60}}?|\+?[\d*() -]{{7,20}}?)\]?\s+{_STAMP}\s*")
#: The same with a gap that tells the time from a time of day, and what was said after it on the same line or below.
_GAP = r"(?:[ ]{2}|[ ]?\t)\s*"
_SPACED = re.compile(rf"\s*([^\W_][^\[\]]{{0,60}}?){_GAP}{_STAMP}(?:\s*|{_GAP}(.*))")
#: A time between the name and its colon, or after the colon, as Rev and typists write it.
_NAME_STAMPED = re.compile(rf"\s*([^\W_][^:\[\]]{{0,59}}?)\s*(?::\s*{_IN_BRACKETS}|{_IN_BRACKETS}\s*:)\s*(.*)")
_RANGE = re.compile(r"\s*(?:\d+[ \t]*\n[ \t]*)?[\d:.,]+[ \t]*-->[ \t]*\d")
#: Typists mark the time also within what was said, and after it.
_STAMPED_WITHIN = re.compile(rf"(?<=\S)\s*\[{_TIME}\](?!\s*:)")
_BOLD = re.compile(r"\A(\s*(?:[-*>\N{BULLET}]\s+)?)(\*\*|__)(.+?)\2")
_BRACKET = re.compile(r"[\[(<]")
_NAME_WORDS = 4
_NOBODY_NAMED = "nobody is named before it: begin each turn with a name and a colon, and take out what was not said"


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the text, taken apart."""

    number: int
    #: All of it, but for a time in brackets at its beginning.
    text: str = field(repr=False)
    start: float | None = None
    #: What stands where a name may stand, and what comes after it.
    label: str | None = field(default=None, repr=False)
    after: str = field(default="", repr=False)
    #: What was said stands on the lines below.
    is_heading: bool = False
    #: Nothing but one blank tells the name from the time, as in "Monday 10:30".
    is_loose: bool = False

    def stands_above(self, first: "_Line") -> bool:
        """Say whether a name and a time stand in it as in the first heading, and no loose ones where that is not."""
        return self.label is not None and self.start is not None and (first.is_loose or not self.is_loose)

    def unnamed(self) -> "_Line":
        """Return the line as words that go on from the line before."""
        return _Line(self.number, self.text)


def read_lines(text: str) -> Iterator[Cue]:
    """Yield a cue for each named line or heading, the lines after it included.

    Raises ``TranscriptInvalidError`` with the line that has no speaker before it.
    """
    if _RANGE.match(text):
        return read_ranges(text)
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    lines = [_taken_apart(number, line) for number, line in numbered if not is_said_by_nobody(line)]
    return _timed(list(_turns(_without_head(_names_settled(lines)))))


def _taken_apart(number: int, line: str) -> _Line:
    first = _IN_BRACKETS_FIRST.fullmatch(line)
    plain = _Line(number, first[2] if first else line)
    line = _BOLD.sub(r"\1\3", _STAMPED_WITHIN.sub(" ", line))
    if named := _NAME_STAMPED.fullmatch(line):
        start = seconds_of(named[2] or named[3])
        return replace(plain, after=named[4], start=start, label=named[1], is_heading=not named[4])
    for heading in (_SPACED.fullmatch(line), _HEADING.fullmatch(line)):
        if heading is not None and (start := seconds_of(heading[2])) is not None:
            after = (heading[3] or "") if heading.re is _SPACED else ""
            loose = heading.re is _HEADING and not _BRACKET.search(line)
            return replace(plain, after=after, start=start, label=heading[1], is_heading=not after, is_loose=loose)
    return _stamped(plain, line)


def _stamped(plain: _Line, line: str) -> _Line:
    """Return the line with the name before its colon, and with the time before that, if they are there."""
    match = _STAMPED.fullmatch(line)
    start, rest = (seconds_of(match[1]), match[2]) if match else (None, line)
    label, after = label_of(line if start is None else rest)
    if label is not None:
        return replace(plain, after=after, start=start, label=label)
    if start is None or (rest and not _could_head(rest)):
        return plain
    return replace(plain, start=start, label=rest.strip() or None, is_heading=bool(rest))


def _could_head(text: str) -> bool:
    """Say whether the words after a time may be a name above what was said."""
    words = text.split()
    return len(words) <= _NAME_WORDS and words[-1][-1] not in ".?!:,;" and all(not word[0].islower() for word in words)


def _names_settled(lines: Sequence[_Line]) -> list[_Line]:
    """Return the lines, labels that name nobody put back among what was said."""
    first = next((line for line in lines if line.label and not is_fact(line.label)), None)
    by_heading = first is not None and first.is_heading
    if first is not None and first.is_heading:
        # Where names stand above what was said, nothing below them is a name or a time for what follows.
        lines = [line if line.stands_above(first) else line.unnamed() for line in lines]
    headings = [line for line in lines if line.is_heading]
    labels = _labels_of(lines)
    astray = _out_of_time(headings, labels) if by_heading else _once(headings, labels)
    settled = [line.unnamed() if line in astray else line for line in lines]
    labels = _labels_of(settled)
    return [line if line.label is None or labels.is_name(line.label) else line.unnamed() for line in settled]


def _labels_of(lines: Sequence[_Line]) -> Labels:
    return Labels([line.label for line in lines if line.label], sum(not line.is_heading for line in lines))


def _once(headings: Sequence[_Line], labels: Labels) -> set[_Line]:
    """Return the headings that come once: in a text of names and colons, "Monday 10:30" is said."""
    return {line for line in headings if not labels.comes_again(line.label)}


def _out_of_time(headings: Sequence[_Line], labels: Labels) -> set[_Line]:
    """Return the headings that come once and do not fit between the times of their neighbours."""
    return {
        line
        for before, line, after in zip([None, *headings], headings, [*headings[1:], None], strict=False)
        if not labels.comes_again(line.label)
        and ((before and _before(line, before)) or (after and _before(after, line)))
    }


def _before(line: _Line, other: _Line) -> bool:
    return line.start is not None and other.start is not None and line.start < other.start


def _without_head(lines: Sequence[_Line]) -> Sequence[_Line]:
    """Return the lines from the first speaker on; raise ``TranscriptInvalidError`` for words before."""
    first = next((place for place, line in enumerate(lines) if line.label and not is_fact(line.label)), len(lines))
    head = [line for line in lines[:first] if line.start is None or line.label]
    words = [line for line in head if line.label is None]
    if words and not is_head([line.text for line in words]) and len(words) == len(head):
        raise TranscriptInvalidError(where=f"line {words[0].number}", problem=_NOBODY_NAMED)
    return lines[first - (first > 0 and _is_time(lines[first - 1])) :]


def _is_time(line: _Line) -> bool:
    return line.start is not None and line.label is None


def _turns(lines: Sequence[_Line]) -> Iterator[Cue]:
    """Yield cues whose start is below 0 where the text gives no time."""
    cue: Cue | None = None
    anchor: _Line | None = None
    for line in lines:
        if line.label is not None:
            if cue is not None:
                yield cue
            start = line.start if line.start is not None or anchor is None else anchor.start
            cue = Cue(-1.0 if start is None else start, -1.0, line.label, line.after)
            anchor = None
            continue
        said = [each.text for each in (anchor, line) if each is not None and not _is_time(line)]
        anchor = line if _is_time(line) else None
        if cue is not None and said:
            cue = replace(cue, text=" ".join([cue.text, *said]))
    if cue is not None:
        yield cue


def _timed(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield the cues with times: those without are laid, one after the other, behind the last that has one."""
    parts = [place for place, cue in enumerate(cues) if place == 0 or cue.start >= 0]
    for first, until in pairwise([*parts, len(cues)]):
        following = cues[until].start if until < len(cues) else None
        yield from _laid(cues[first:until], following)


def _laid(cues: Sequence[Cue], following: float | None) -> Iterator[Cue]:
    """Yield cues of which only the first may have a time, none of them after the ``following`` one starts."""
    start = max(cues[0].start, 0.0)
    lengths = [speaking_seconds(cue.text) for cue in cues]
    room = float("inf") if following is None or following < start else following - start
    pace = min(1.0, room / sum(lengths))
    if len(cues) == 1 and following is not None:
        pace = min(2.0, room / lengths[0])
    for cue, length in zip(cues, lengths, strict=True):
        end = start + length * pace
        yield replace(cue, start=round(start, 3), end=round(end, 3), estimated=cue.start < 0)
        start = end
