"""Transcripts read from what telehealth products, caption programs and recognizers write."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.adapters.formats.captions import read_srt, read_vtt
from pipeline.adapters.formats.health_scribe import is_health_scribe, read_health_scribe
from pipeline.adapters.formats.lines import read_lines
from pipeline.adapters.formats.people import unnamed, with_stated_roles
from pipeline.domain.documents.fields import parse_json
from pipeline.domain.documents.transcript import transcript_from_json
from pipeline.domain.transcript import Role, Segment, Transcript
from pipeline.errors import TranscriptEmptyError, TranscriptInvalidError
from pipeline.stages.transcribe import attribute_roles, is_certain_of_roles


def read_transcript(name: str, text: str) -> Transcript:
    """Return the transcript that a text of one of ``IMPORT_FORMATS`` holds.

    People's names become speaker labels; roles are taken from titles ("Dr.", "Client") or else from what is
    said. Raises ``TranscriptInvalidError``, which names the line or field, and ``TranscriptEmptyError`` where
    nothing is said; ``KeyError`` for another format.
    """
    transcript = _READERS[name.lower().removeprefix(".")](_CONTROLS.sub("", text.removeprefix("\ufeff")))
    if not transcript.words:
        raise TranscriptEmptyError
    attributed = _with_roles(transcript)
    if not is_certain_of_roles(attributed.segments):
        flags = tuple(dict.fromkeys((*attributed.flags, "roles_uncertain")))
        return replace(attributed, flags=flags)
    return attributed


def _with_roles(transcript: Transcript) -> Transcript:
    for attributed in (transcript, with_stated_roles(transcript)):
        roles = {segment.role for segment in attributed.segments} - {None}
        if roles == {Role.OTHER}:
            return replace(attributed, segments=_the_others(attributed.segments))
        if roles:
            return attributed
    return replace(transcript, segments=attribute_roles(transcript.segments))


def _the_others(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments, those without a role attributed from what is said: an interpreter's are neither side's."""
    attributed = iter(attribute_roles([segment for segment in segments if segment.role is None]))
    return tuple(segment if segment.role is not None else next(attributed) for segment in segments)


def _json(text: str) -> Transcript:
    document = parse_json(text, TranscriptInvalidError)
    return read_health_scribe(document) if is_health_scribe(document) else transcript_from_json(document)


#: What commands a terminal and is never said.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_READERS: Mapping[str, Callable[[str], Transcript]] = {
    "json": _json,
    "vtt": lambda text: unnamed(read_vtt(text), "webvtt"),
    "srt": lambda text: unnamed(read_srt(text), "subrip"),
    "txt": lambda text: unnamed(read_lines(text), "lines"),
}
IMPORT_FORMATS = tuple(_READERS)
