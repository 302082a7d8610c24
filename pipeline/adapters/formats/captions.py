"""WebVTT (W3C, with voice tags; Zoom's and Teams' dialects) and SubRip."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.adapters.formats.people import Cue, split_name
from pipeline.adapters.formats.times import seconds_of
from pipeline.errors import TranscriptInvalidError

_ARROW = re.compile(r"\s*(\S+)\s+-->\s+(\S+)(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]+)>(.*?)(?=<v[ .]|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[a-z][^>]*>|<\d[\d:.]*>", re.IGNORECASE)
_NO_CUES = ("WEBVTT", "NOTE", "STYLE", "REGION", "X-TIMESTAMP-MAP")

_Block = tuple[int, list[str]]


def read_vtt(text: str) -> Iterator[Cue]:
    """Yield the cues of a WebVTT file; raise ``TranscriptInvalidError`` with the line."""
    if not text.startswith("WEBVTT"):
        raise TranscriptInvalidError(where="line 1")
    for number, lines in _blocks(text):
        if any("-->" in line for line in lines):
            header = int(lines[0].startswith("WEBVTT"))
            yield from _vtt_cues(*_timed(number + header, lines[header:]))
        elif not lines[0].startswith(_NO_CUES):
            raise TranscriptInvalidError(where=f"line {number}")


def read_srt(text: str) -> Iterator[Cue]:
    """Yield the cues of a SubRip file, a name before a colon as the speaker."""
    for number, lines in _blocks(text):
        start, end, said = _timed(number, lines)
        yield _named(Cue(start, end, None, _plain(said)))


def _blocks(text: str) -> Iterator[_Block]:
    """Yield runs of lines between blank ones, each with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield from _divided(number - len(block), block)
            block = []


def _divided(number: int, lines: list[str]) -> Iterator[_Block]:
    """Yield one block for each line of times: some programs leave out the blank line between cues."""
    times = [index for index, line in enumerate(lines) if _ARROW.fullmatch(line)]
    starts = [0, *(index - lines[index - 1].strip().isdigit() for index in times[1:])]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield number + start, lines[start:stop]


def _timed(number: int, lines: list[str]) -> tuple[float, float, str]:
    place = next((index for index, line in enumerate(lines[:2]) if "-->" in line), 0)
    match = _ARROW.fullmatch(lines[place])
    start, end = (seconds_of(match[1]), seconds_of(match[2])) if match else (None, None)
    if start is None or end is None or end < start:
        raise TranscriptInvalidError(where=f"line {number + place}")
    return start, end, "\n".join(lines[place + 1 :])


def _vtt_cues(start: float, end: float, said: str) -> Iterator[Cue]:
    voices = _VOICE.findall(said)
    if not voices:
        yield _named(Cue(start, end, None, _plain(said)))
        return
    for name, text in voices:
        yield Cue(start, end, html.unescape(name).strip(), _plain(text))


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text))


def _named(cue: Cue) -> Cue:
    name, text = split_name(cue.text)
    return cue if name is None else replace(cue, name=name, text=text)
