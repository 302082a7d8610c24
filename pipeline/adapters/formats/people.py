"""Names of people turned into speaker labels, so that no label names anybody, and titles turned into roles."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.domain.documents.transcript import with_segment_ids
from pipeline.domain.transcript import Engine, Role, Segment, Transcript

_CLINICIAN = re.compile(
    r"\b(?:clinician|therapist|counsell?or|psycholog\w*|psychiatr\w*|doctor|dr|provider|practitioner|nurse"
    r"|social worker|facilitator|lcsw|lmft|lpc|lmhc|lcpc|psyd|phd|md|np|pmhnp)\b",
    re.IGNORECASE,
)
_CLIENT = re.compile(r"\b(?:client|patient|member|couple|partner|husband|wife|mother|father|parent)\b", re.IGNORECASE)
_INTERPRETER = re.compile(r"\b(?:interpreter|translator)\b", re.IGNORECASE)
#: How Teams and Zoom mark who comes from outside, as most clients do: it says nothing of what they are to the session.
_FROM_OUTSIDE = re.compile(r"\((?:guest|external|unverified)\)", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:interpreter|translator|supervisor|observer|guest|student)\b", re.IGNORECASE)
#: Up to five words before a colon, in brackets or not, as Zoom and whisperX write them.
_NAMED = re.compile(r"\s*\[?([^\W\d_][^\s:\[\]]*(?:[ ][^\s:\[\]]+){0,4})\]?\s*:(?:\s+(.*)|\s*)", re.DOTALL)
#: A title is an outright statement by whoever made the transcript; a slip is still possible.
_TITLE_CONFIDENCE = 0.98


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of an imported transcript: who, when and what, as written."""

    start: float
    end: float
    name: str | None = field(repr=False)
    text: str = field(repr=False)
    #: The file gave no times; these follow from the number of words.
    estimated: bool = False


def split_name(text: str) -> tuple[str | None, str]:
    """Return the speaker's name before a colon, and the rest; ``None`` where what stands there is no name."""
    match = _NAMED.fullmatch(text)
    if match is None or not _is_name(match[1]):
        return None, text
    return match[1], match[2] or ""


def _is_name(text: str) -> bool:
    """Say whether every word is spelt as in a name, or whether it is a title: "so I said: no" names nobody."""
    return all(not word[0].islower() for word in text.split()) or _stated(text) is not None or "speaker" in text


def unnamed(cues: Iterable[Cue], origin: str) -> Transcript:
    """Return the transcript of the cues, with labels for names and the roles that titles give."""
    given = sorted((cue for cue in cues if cue.text.strip()), key=lambda cue: cue.start)
    labels = _labels(given)
    segments = (
        Segment("", cue.start, cue.end, " ".join(cue.text.split()), labels.get(_key(cue.name))) for cue in given
    )
    roles = {labels[name]: role for name, role in _stated_roles(labels).items()}
    return Transcript(
        segments=with_segment_ids(_with_roles(segments, roles)),
        language="en",
        engine=Engine("imported", "", origin),
        flags=("times_estimated",) if any(cue.estimated for cue in given) else (),
    )


def _labels(cues: Sequence[Cue]) -> dict[str, str]:
    names = dict.fromkeys(_key(cue.name) for cue in cues if cue.name)
    return {name: f"SPEAKER_{number:02}" for number, name in enumerate(names)}


def with_stated_roles(transcript: Transcript) -> Transcript:
    """Return the transcript with the roles that its speaker labels state ("therapist"), if they do."""
    roles = _stated_roles(transcript.speakers)
    return replace(transcript, segments=tuple(_with_roles(transcript.segments, roles)))


def _with_roles(segments: Iterable[Segment], roles: Mapping[str, Role]) -> Iterator[Segment]:
    for segment in segments:
        role = roles.get(segment.speaker or "")
        yield segment if role is None else replace(segment, role=role, role_confidence=_TITLE_CONFIDENCE)


def _stated_roles(names: Iterable[str]) -> dict[str, Role]:
    """Return the roles that names state; unless they say who the clinician is, only who interprets."""
    stated = {name: _stated(name.replace("_", " ")) for name in names}
    if Role.CLINICIAN not in stated.values():
        return {name: Role.OTHER for name in stated if _INTERPRETER.search(name.replace("_", " "))}
    return {name: role or Role.CLIENT for name, role in stated.items()}


def _stated(name: str) -> Role | None:
    name = _FROM_OUTSIDE.sub("", name)
    for pattern, role in ((_OTHER, Role.OTHER), (_CLIENT, Role.CLIENT), (_CLINICIAN, Role.CLINICIAN)):
        if pattern.search(name):
            return role
    return None


def _key(name: str | None) -> str:
    return " ".join((name or "").casefold().split())
