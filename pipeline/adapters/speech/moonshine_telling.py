"""The second part of recognition, once turns are known: whose words they are, and which of them are believed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.adapters.speech.moonshine_answers import Part, answers_alone, part_of
from pipeline.adapters.speech.moonshine_guards import invented, loops
from pipeline.adapters.speech.moonshine_hearing import Sound, Take
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import FRAME_RATE, Levels, Piece, spans_of
from pipeline.adapters.speech.moonshine_tokens import words_of
from pipeline.adapters.speech.moonshine_words import place, timed
from pipeline.domain.transcript import HEARD_UNCLEARLY, Word
from pipeline.ports import VoiceTurn

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_recognizer import Heard, Recognizer

# Frames within this of the loudest of a piece count as voiced (dB).
_VOICED_RANGE = 20.0


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells who said which words of a take, and when."""

    recognizer: "Recognizer"
    options: MoonshineOptions
    sound: Sound
    turns: Sequence[VoiceTurn]

    def words(self, takes: Sequence[Take]) -> tuple[Word, ...]:
        """Return the words of a piece, given as it is or in halves, with their times; none that is likely invented."""
        spoken = [take for take in takes if self._somebody_speaks(take.piece)]
        return tuple(word for take in spoken for word in self._believed(take.piece, take.heard))

    def _somebody_speaks(self, piece: Piece) -> bool:
        """Say whether the diarizer too takes the piece for speech."""
        return any(turn.start < piece.end and turn.end > piece.start for turn in self.turns)

    def _believed(self, piece: Piece, heard: "Heard") -> list[Word]:
        words = words_of(heard.tokens)
        if invented(words, heard.confidence, _voiced_seconds(piece.levels(self.sound.levels))) or loops(words):
            return []
        parts = answers_alone(self._parts(piece, heard), self.recognizer, self.sound, self.options)
        return [word for part in parts for word in self._timed(part)]

    def _timed(self, part: Part) -> list[Word]:
        words = timed(part.words, part.span.start, part.span.end, self.sound.levels)
        return [
            replace(word, doubt=HEARD_UNCLEARLY) if place in part.doubted else word for place, word in enumerate(words)
        ]

    def _parts(self, piece: Piece, heard: "Heard") -> list[Part]:
        """Return the words of a piece by the span of one voice in which they were said."""
        words = words_of(heard.tokens)
        spans = spans_of(piece, self.turns, self.sound.levels)
        inside = [(span.start - piece.start, span.end - piece.start) for span in spans]
        placed = [0] * len(words) if len(spans) == 1 else place(words, self.recognizer.likelihoods(heard, inside))
        return [
            part_of(heard, span, [word for word, at in zip(words, placed, strict=True) if at == index])
            for index, span in enumerate(spans)
        ]


def _voiced_seconds(levels: Levels) -> float:
    if not len(levels):
        return 0.0
    return float(np.count_nonzero(levels > levels.max() - _VOICED_RANGE)) / FRAME_RATE
