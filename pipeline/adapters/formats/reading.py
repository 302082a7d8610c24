"""Transcripts read from what telehealth products, caption programs and recognizers write."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.adapters.formats.captions import read_srt, read_vtt
from pipeline.adapters.formats.health_scribe import is_health_scribe, read_health_scribe
from pipeline.adapters.formats.lines import read_lines
from pipeline.adapters.formats.people import unnamed, with_stated_roles
from pipeline.adapters.formats.recognized import read_recognized
from pipeline.adapters.formats.titles import UNTITLED_CONFIDENCE
from pipeline.domain.documents.fields import parse_json
from pipeline.domain.transcript import Role, Segment, Transcript
from pipeline.errors import TranscriptEmptyError, TranscriptInvalidError
from pipeline.stages.transcribe import attribute_roles, is_certain_of_roles


def read_transcript(name: str, text: str) -> Transcript:
    """Return the transcript that a text of one of ``IMPORT_FORMATS`` holds.

    People's names become speaker labels; roles are taken from titles ("Dr.", "Client") or else from what is
    said. Raises ``TranscriptInvalidError``, which names the line or field, and ``TranscriptEmptyError`` where
    nothing is said; ``KeyError`` for another format.
    """
    plain = _CONTROLS.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    transcript = _READERS[_format_of(name.lower().removeprefix("."), plain)](plain)
    if not transcript.words:
        raise TranscriptEmptyError
    attributed = _with_roles(transcript)
    if not is_certain_of_roles(attributed.segments):
        flags = tuple(dict.fromkeys((*attributed.flags, "roles_uncertain")))
        return replace(attributed, flags=flags)
    return attributed


def _format_of(name: str, text: str) -> str:
    """Return the format of a text: captions say of themselves what they are, whatever their file is called."""
    return "vtt" if name in {"srt", "txt"} and text.startswith("WEBVTT") else name


def _with_roles(transcript: Transcript) -> Transcript:
    for attributed in (transcript, with_stated_roles(transcript)):
        roles = {segment.role for segment in attributed.segments} - {None}
        if roles == {Role.OTHER}:
            return replace(attributed, segments=_the_others(attributed.segments))
        if roles:
            return replace(attributed, segments=_with_untitled(attributed.segments))
    return replace(transcript, segments=attribute_roles(transcript.segments))


def _the_others(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments, those without a role attributed from what is said: an interpreter's are neither side's."""
    attributed = iter(attribute_roles([segment for segment in segments if segment.role is None]))
    return tuple(segment if segment.role is not None else next(attributed) for segment in segments)


def _with_untitled(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments, people without a title among several as sure to be clients as what they say makes them."""
    said = attribute_roles(segments)
    return tuple(
        replace(segment, role_confidence=max(UNTITLED_CONFIDENCE, heard.role_confidence or 0.0))
        if segment.role_confidence == UNTITLED_CONFIDENCE and heard.role is segment.role is Role.CLIENT
        else segment
        for segment, heard in zip(segments, said, strict=True)
    )


def _json(text: str) -> Transcript:
    document = parse_json(text, TranscriptInvalidError)
    return read_health_scribe(document) if is_health_scribe(document) else read_recognized(document)


#: What commands a terminal and is never said.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_READERS: Mapping[str, Callable[[str], Transcript]] = {
    "json": _json,
    "vtt": lambda text: unnamed(read_vtt(text), "webvtt"),
    "srt": lambda text: unnamed(read_srt(text), "subrip"),
    "txt": lambda text: unnamed(read_lines(text), "lines"),
}
IMPORT_FORMATS = tuple(_READERS)
