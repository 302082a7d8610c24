"""Names of people turned into speaker labels, so that no label names anybody, and titles turned into roles."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.adapters.formats.cues import Cue, in_order
from pipeline.adapters.formats.labels import name_key
from pipeline.adapters.formats.titles import stated_roles
from pipeline.domain.documents.transcript import with_segment_ids
from pipeline.domain.transcript import Engine, Role, Segment, Transcript

#: Marks of direction and width, which nobody says and which part a word from itself.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ASIDE = re.compile(r"\([^()]*\)")


def unnamed(cues: Iterable[Cue], origin: str) -> Transcript:
    """Return the transcript of the cues, with labels for names and the roles that titles give."""
    given = in_order([replace(cue, text=_said(cue.text)) for cue in cues if _said(cue.text)])
    labels = _labels(given)
    segments = (Segment("", cue.start, cue.end, cue.text, labels.get(name_key(cue.name))) for cue in given)
    shortest = {label: name for name, label in sorted(labels.items(), key=lambda item: -len(item[0]))}
    roles = {labels[name]: role for name, role in stated_roles(shortest.values()).items()}
    return Transcript(
        segments=with_segment_ids(_with_roles(segments, roles)),
        language="en",
        engine=Engine("imported", "", origin),
        flags=("times_estimated",) if any(cue.estimated for cue in given) else (),
    )


def with_stated_roles(transcript: Transcript) -> Transcript:
    """Return the transcript with the roles that its speaker labels state ("therapist"), if they do."""
    roles = stated_roles(transcript.speakers)
    return replace(transcript, segments=tuple(_with_roles(transcript.segments, roles)))


def _said(text: str) -> str:
    return " ".join(_UNSEEN.sub("", text).split())


def _labels(cues: Sequence[Cue]) -> dict[str, str]:
    names = dict.fromkeys(name_key(cue.name) for cue in cues if cue.name)
    # "Therapist (crying)" is the therapist, where there is one.
    same = {name: bare if (bare := name_key(_ASIDE.sub("", name))) in names else name for name in names}
    numbers = {name: number for number, name in enumerate(dict.fromkeys(same.values()))}
    return {name: f"SPEAKER_{numbers[same[name]]:02}" for name in names}


def _with_roles(segments: Iterable[Segment], roles: Mapping[str, tuple[Role, float]]) -> Iterator[Segment]:
    for segment in segments:
        role, sure = roles.get(segment.speaker or "", (segment.role, segment.role_confidence))
        yield replace(segment, role=role, role_confidence=sure)
