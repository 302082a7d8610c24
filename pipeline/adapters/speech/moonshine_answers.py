"""Short answers that were heard weakly, heard again by themselves: a denial must not come out as its opposite.

What was asked before colours what is heard: "No, I haven't." came out as "No, I have." after its question, and at other
cuts as "No, I event."
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.adapters.speech.moonshine_guards import unsure
from pipeline.adapters.speech.moonshine_hearing import Sound
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import FLOOR, FRAME_RATE, Levels, Piece
from pipeline.adapters.speech.moonshine_tokens import HeardWord, words_of
from pipeline.domain.turning_words import is_negation, is_number

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_recognizer import Heard, Recognizer

_SOUNDING_RANGE = 30.0
# What one voice said is heard again by itself where it is no longer than this and its mean log probability lower.
_ANSWER_SECONDS = 8.0
_WEAK = -0.25
# It is replaced only below this: what was heard a little better is marked where the hearings do not agree, and stays.
_REPLACED = -0.3
_SURER = 0.1
_ALIKE = 0.7
# Seconds kept around an answer that is heard by itself; twice, since a tenth more or less moves what comes out.
_MARGINS = (0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Part:
    """What one voice said within a piece."""

    span: Piece
    words: tuple[HeardWord, ...] = field(repr=False)
    confidence: float
    #: Places of words that were heard in two ways, or in a passage that was heard unclearly throughout.
    doubted: frozenset[int] = frozenset()

    @property
    def is_weak_answer(self) -> bool:
        """Say whether it is worth hearing by itself."""
        return bool(self.words) and self.span.seconds <= _ANSWER_SECONDS and self.confidence < _WEAK

    @property
    def plain(self) -> list[str]:
        """Return its words in lower case, without marks."""
        return [re.sub(r"[^a-z0-9']", "", word.text.lower()) for word in self.words]

    def replaces(self, other: "Part") -> bool:
        """Say whether it is a surer hearing of much the same sounds, or of those and more."""
        mine, theirs = ("".join(part.plain).replace("'", "") for part in (self, other))
        alike = mine.startswith(theirs) or Levenshtein.normalized_similarity(mine, theirs) >= _ALIKE
        return alike and other.confidence < _REPLACED and self.confidence > other.confidence + _SURER


def part_of(heard: "Heard", span: Piece, words: Sequence[HeardWord]) -> Part:
    """Return the words as what was said in a span."""
    tokens = heard.tokens[words[0].first : words[-1].last + 1] if words else ()
    confidence = float(np.mean([np.log(token.probability) for token in tokens])) if tokens else 0.0
    passages = unsure(heard.tokens)
    doubted = frozenset(place for place, word in enumerate(words) if passages[word.first : word.last + 1].all())
    return Part(span, tuple(words), confidence, doubted)


def answers_alone(
    parts: Sequence[Part], recognizer: "Recognizer", sound: Sound, options: MoonshineOptions
) -> list[Part]:
    """Return the parts, a weak answer as it is heard by itself where that is surer.

    Where the hearings do not agree on a negation or a number, the words in which they differ are doubted.
    """
    weak = [part for part in parts if len(parts) > 1 and part.is_weak_answer]
    if not weak:
        return list(parts)
    spans = [_sounding(part.span, sound.levels, margin) for part in weak for margin in _MARGINS]
    heard = recognizer.decode([span.samples(sound.samples) for span in spans], options.tokens_per_second)
    better = {
        part.span: _weighed(part, [Part(part.span, tuple(words_of(h.tokens)), h.confidence) for h in heard[first:last]])
        for part, (first, last) in zip(weak, pairwise(range(0, len(heard) + 1, len(_MARGINS))), strict=True)
    }
    return [better.get(part.span, part) for part in parts]


def _weighed(part: Part, alone: Sequence[Part]) -> Part:
    surest = max(alone, key=lambda hearing: hearing.confidence)
    chosen = surest if surest.replaces(part) else part
    hearings = [part, *alone]
    if all(_turning(hearing) == _turning(chosen) for hearing in hearings):
        return chosen
    return replace(chosen, doubted=chosen.doubted | _differing(chosen, hearings))


def _turning(part: Part) -> Counter[str]:
    return Counter(word for word in part.plain if is_negation(word) or is_number(word))


def _differing(part: Part, hearings: Sequence[Part]) -> frozenset[int]:
    """Return the places of the words that not every hearing has; all of them where others only have more."""
    agreed = frozenset.intersection(*(frozenset(hearing.plain) for hearing in hearings))
    places = frozenset(place for place, word in enumerate(part.plain) if word not in agreed)
    return places or frozenset(range(len(part.words)))


def _sounding(span: Piece, levels: Levels, margin: float) -> Piece:
    """Return a span without the silence around it, but for a margin."""
    inside = span.levels(levels)
    loud = np.flatnonzero(inside > inside.max(initial=FLOOR) - _SOUNDING_RANGE)
    if not len(loud):
        return span
    begin, end = span.start + loud[0] / FRAME_RATE, span.start + (loud[-1] + 1) / FRAME_RATE
    return Piece(max(span.start, begin - margin), min(span.end, end + margin))
