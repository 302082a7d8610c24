"""Transcripts worsened as a recognizer worsens them: words lost, misheard, unpunctuated; turns run together."""

import random
from collections.abc import Sequence
from dataclasses import replace

from bench.grounding.data import Case
from pipeline.domain.transcript import Segment

_LOST = 0.03
_MISHEARD = 0.05
_RUN_ON = 0.08
_WRONG_VOICE = 0.03


def degraded(cases: Sequence[Case], seed: int) -> list[Case]:
    """Return the cases with worse transcripts; about one word in twelve is wrong."""
    chance = random.Random(seed)  # noqa: S311 - a seeded draw for a benchmark
    vocabulary = sorted(
        {w for c in cases for s in c.transcript.segments for w in s.text.lower().split() if w.isalpha()}
    )
    by_start: dict[str, list[str]] = {}
    for word in vocabulary:
        by_start.setdefault(word[:2], []).append(word)
    return [_worsened(case, by_start, chance) for case in cases]


def _worsened(case: Case, by_start: dict[str, list[str]], chance: random.Random) -> Case:
    segments: list[Segment] = []
    speakers = sorted({s.speaker or "" for s in case.transcript.segments})
    for segment in case.transcript.segments:
        heard = replace(segment, text=_heard(segment.text, by_start, chance))
        if chance.random() < _WRONG_VOICE:
            heard = replace(heard, speaker=chance.choice(speakers) or None)
        if segments and chance.random() < _RUN_ON:
            segments[-1] = replace(segments[-1], end=heard.end, text=f"{segments[-1].text} {heard.text}")
        else:
            segments.append(heard)
    return replace(case, transcript=replace(case.transcript, segments=tuple(segments)))


def _heard(text: str, by_start: dict[str, list[str]], chance: random.Random) -> str:
    words = []
    for word in text.split():
        draw = chance.random()
        if draw < _LOST:
            continue
        if draw < _LOST + _MISHEARD and word.isalpha():
            words.append(chance.choice(by_start.get(word.lower()[:2], [word])))
        else:
            words.append(word.strip(",") if draw > 0.5 else word)
    return " ".join(words)
