"""WebVTT (W3C, with voice tags; Zoom's and Teams' dialects), SubRip, and Stream's text with a line of times a cue."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.adapters.formats.cues import Cue, share_out
from pipeline.adapters.formats.labels import Labels, labels_in
from pipeline.adapters.formats.times import seconds_of
from pipeline.errors import TranscriptInvalidError

_ARROW = re.compile(r"\s*(\S+?)\s*-->\s*(\S+)(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:\s+(?P<name>[^<>]*))?>|(?P<end></v>)", re.IGNORECASE)
#: Markup of WebVTT, of HTML as SubRip borrows it, and of SubStation Alpha.
_TAG = re.compile(r"</?[a-z][^<>]*>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE)
_DASH = re.compile(r"\s*[-\N{EN DASH}\N{EM DASH}]\s*(?=\S)")
_NUMBER = re.compile(r"\W*\d+\W*")
_NOTHING = re.compile(r"(?!)")
_CUE_ID = re.compile(r".+")
_NO_CUES = ("WEBVTT", "NOTE", "STYLE", "REGION", "X-TIMESTAMP-MAP")
_NO_TIMES = "times such as 00:01:05.000 --> 00:01:07.500 are missing before it"
_BAD_TIMES = "its times cannot be read, or it ends before it starts"

_Block = tuple[int, list[str]]


def read_vtt(text: str) -> Iterator[Cue]:
    """Yield the cues of a WebVTT file; raise ``TranscriptInvalidError`` with the line."""
    if not text.lstrip().startswith("WEBVTT"):
        raise TranscriptInvalidError(where="line 1", problem="WebVTT begins with the word WEBVTT")
    return _named(list(_cues(block for block in _blocks(text, _CUE_ID) if not _is_aside(block[1]))))


def read_srt(text: str) -> Iterator[Cue]:
    """Yield the cues of a SubRip file, a name before a colon as the speaker."""
    return _named(list(_cues(_blocks(text, _NUMBER))))


def read_ranges(text: str) -> Iterator[Cue]:
    """Yield the cues of plain text with a line of times before each, then who speaks on a line of its own or not."""
    numbered = _NUMBER.fullmatch(text.lstrip().partition("\n")[0]) is not None
    cues = list(_cues(_blocks(text, _NUMBER if numbered else _NOTHING)))
    parts = [cue.text.strip().partition("\n") for cue in cues]
    names = Labels([name for name, _, _ in parts], len(cues))
    if all(said.strip() and _stands_alone(name) and names.is_name(name) for name, _, said in parts):
        return (replace(cue, name=name, text=said) for cue, (name, _, said) in zip(cues, parts, strict=True))
    return _named(cues)


def _stands_alone(line: str) -> bool:
    return line.strip()[-1:] not in {"", *".?!:,;"}


def _blocks(text: str, cue_id: re.Pattern[str]) -> Iterator[_Block]:
    """Yield runs of lines between blank ones, each with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield from _divided(number - len(block), block, cue_id)
            block = []


def _divided(number: int, lines: list[str], cue_id: re.Pattern[str]) -> Iterator[_Block]:
    """Yield one block for each line of times: some programs leave out the blank line between cues."""
    times = [index for index, line in enumerate(lines) if _ARROW.fullmatch(line)]
    starts = [_start_of_cue(index, lines, cue_id) for index in times]
    if not starts or starts[0] > 0:
        starts.insert(0, 0)
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield number + start, lines[start:stop]


def _start_of_cue(times: int, lines: list[str], cue_id: re.Pattern[str]) -> int:
    """Return where the id before a line of times stands: what stands first in a block, or is a number."""
    before = lines[times - 1] if times else ""
    is_id = cue_id is not _NOTHING and (_NUMBER.fullmatch(before) or (times == 1 and cue_id.fullmatch(before)))
    return times - 1 if is_id else times


def _is_aside(lines: list[str]) -> bool:
    return lines[0].startswith(_NO_CUES) and not any(map(_ARROW.fullmatch, lines))


def _cues(blocks: Iterable[_Block]) -> Iterator[Cue]:
    """Yield the cues as written; a block without times goes on with the cue before it."""
    cue: Cue | None = None
    for number, lines in blocks:
        if cue is not None and not _is_meant_as_cue(lines):
            cue = replace(cue, text="\n".join([cue.text, *lines]))
            continue
        if cue is not None:
            yield cue
        cue = _timed(number, lines)
    if cue is not None:
        yield cue


def _is_meant_as_cue(lines: list[str]) -> bool:
    return _NUMBER.fullmatch(lines[0]) is not None or any("->" in line for line in lines[:2])


def _timed(number: int, lines: list[str]) -> Cue:
    place = next((index for index, line in enumerate(lines[:2]) if "->" in line), 0)
    match = _ARROW.fullmatch(lines[place])
    if match is None:
        raise TranscriptInvalidError(where=f"line {number + place}", problem=_NO_TIMES)
    start, end = seconds_of(match[1]), seconds_of(match[2])
    if start is None or end is None or end < start:
        raise TranscriptInvalidError(where=f"line {number + place}", problem=_BAD_TIMES)
    return Cue(start, end, None, "\n".join(lines[place + 1 :]))


def _named(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield a cue for each voice heard in the cues, by voice tags, names before colons, and dashes."""
    voiced = [(cue, list(_voices(cue.text))) for cue in cues]
    lines = [line for _, voices in voiced for name, text in voices if name is None for line in text.splitlines()]
    labels = labels_in([line for line in lines if line.strip()])
    for cue, voices in voiced:
        said = [each for name, text in voices for each in ([(name, text)] if name else _lines(text, labels))]
        yield from share_out(cue, [(name, text) for name, text in said if text.strip()])


def _voices(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield what each voice tag holds, and what stands outside of them."""
    name, start = None, 0
    for tag in _VOICE.finditer(text):
        yield name, _plain(text[start : tag.start()])
        name, start = html.unescape(tag["name"] or "").strip() or None, tag.end()
    yield name, _plain(text[start:])


def _lines(text: str, labels: Labels) -> Iterator[tuple[str | None, str]]:
    """Yield what each name before a colon says; lines that begin with a dash are voices that nobody names."""
    lines = [line for line in text.splitlines() if line.strip()]
    by_dash = len(lines) > 1 and all(map(_DASH.match, lines))
    name, said = None, ""
    for line in lines:
        found, words = labels.split(_DASH.sub("", line, 1) if by_dash else line)
        if found is not None or by_dash:
            yield name, said
            name, said = found, words
        else:
            said = f"{said} {line}"
    yield name, said


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text))
