"""The embedded recognizer: Moonshine tiny, English, from the moonshine-voice wheel; no download."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, distribution, version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.adapters.diarization.weights import weights_in
from pipeline.adapters.speech.moonshine_guards import LOOPS, invented, loops, unpunctuated
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import FLOOR, FRAME_RATE, Levels, Piece, cut, loudness, spans_of
from pipeline.adapters.speech.moonshine_tokens import HeardWord, words_of
from pipeline.adapters.speech.moonshine_words import place, timed
from pipeline.domain.transcript import Engine, Segment, Transcript, Word
from pipeline.errors import EngineUnavailableError, NoSpeechError
from pipeline.ports import Samples, VoiceTurn

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_detector import SpeechDetector
    from pipeline.adapters.speech.moonshine_recognizer import Heard, Recognizer

_PACKAGE = "moonshine-voice"
# A doubtful piece is heard at its own speed and five in a hundred slower and faster: over 13 cuts of the phone
# sample that took the mean from 14.7 to 12.7 wrong words of 87, and the worst from 18 to 16.
_SPEEDS = (1.0, 1.05, 0.95)
_ALWAYS_AGAIN_SECONDS = 60.0
# Frames within this of the loudest of a piece count as voiced (dB).
_VOICED_RANGE = 20.0
_SOUNDING_RANGE = 30.0
_SHORTEST_HALF = 4.0
# What one voice said is heard again by itself where it is no longer than this and its mean log probability lower.
_ANSWER_SECONDS = 8.0
_WEAK = -0.3
_SURER = 0.1
_ANSWER_MARGIN = 0.2
_ALIKE = 0.7

#: Speech was found where no believable word was heard.
NOT_UNDERSTOOD = "speech_not_understood"


@dataclass(frozen=True, slots=True)
class _Sound:
    """A recording and what is known of it before it is heard."""

    samples: Samples = field(repr=False)
    levels: Levels = field(repr=False)
    turns: Sequence[VoiceTurn]


@dataclass(frozen=True, slots=True)
class _Take:
    """What was made of a piece at the first hearing."""

    piece: Piece
    words: tuple[Word, ...] = field(repr=False)
    confidence: float
    doubtful: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """What one voice said within a piece."""

    span: Piece
    words: tuple[HeardWord, ...] = field(repr=False)
    confidence: float

    @property
    def is_weak_answer(self) -> bool:
        """Say whether it is worth hearing by itself."""
        return bool(self.words) and self.span.seconds <= _ANSWER_SECONDS and self.confidence < _WEAK

    def replaces(self, other: "_Part") -> bool:
        """Say whether it is a surer hearing of much the same sounds, or of those and more."""
        mine, theirs = (re.sub(r"[^a-z0-9]", "", "".join(w.text for w in part.words).lower()) for part in (self, other))
        alike = mine.startswith(theirs) or Levenshtein.normalized_similarity(mine, theirs) >= _ALIKE
        return alike and self.confidence > other.confidence + _SURER


class MoonshineTranscriber:
    """English speech to text on a CPU; the model is loaded at the first call and kept."""

    def __init__(self, options: MoonshineOptions | None = None) -> None:
        self._options = options or MoonshineOptions()

    def transcribe(
        self,
        samples: Samples,
        turns: Sequence[VoiceTurn],
        names: Sequence[str] = (),  # noqa: ARG002 - this model cannot be told what to expect
    ) -> Transcript:
        """Return what was said, one segment for each piece that was recognized; raise ``NoSpeechError``.

        A word's ``score`` is the least probability the network gave one of its tokens.
        """
        sound = _Sound(samples, loudness(samples), turns)
        pieces = self._pieces(sound)
        heard = [(piece, words) for piece, words in self._hear(sound, pieces).items() if words]
        if not heard:
            raise NoSpeechError
        segments = [_segment(number, *item) for number, item in enumerate(sorted(heard, key=_begin), 1)]
        flags = (NOT_UNDERSTOOD,) if len(heard) < len(pieces) else ()
        return Transcript(tuple(segments), language="en", engine=self.engine, flags=flags)

    @property
    def engine(self) -> Engine:
        """Return what did the work, for provenance."""
        return Engine(
            name="moonshine",
            version=version(_PACKAGE),
            model="tiny-en",
            options=tuple((name, str(value)) for name, value in asdict(self._options).items()),
        )

    def _pieces(self, sound: _Sound) -> list[Piece]:
        """Return the pieces in which somebody speaks; what is near no speech counts as silence."""
        speech = self._detector.listen(sound.samples)
        pieces = cut(np.where(speech.near, sound.levels, FLOOR), sound.turns, self._options)
        return [piece for piece in pieces if speech.within(piece)]

    def _hear(self, sound: _Sound, pieces: Sequence[Piece]) -> dict[Piece, tuple[Word, ...]]:
        """Return the words of each piece, several pieces heard at a time, the least certain twice."""
        _ = self._recognizer  # loaded here, so that no two threads load it at once
        with ThreadPoolExecutor(self._options.threads) as threads:
            takes = list(chain.from_iterable(threads.map(partial(self._first, sound), self._batches(pieces))))
            again = self._worth_hearing_again(sound, takes)
            better = threads.map(partial(self._carefully, sound), again)
            return {take.piece: take.words for take in takes} | dict(zip(again, better, strict=True))

    def _batches(self, pieces: Sequence[Piece]) -> list[list[Piece]]:
        """Return pieces of like length together, the longest first, so that no thread is left with a long one."""
        order = sorted(pieces, key=lambda piece: piece.seconds, reverse=True)
        return [order[at : at + self._options.batch] for at in range(0, len(order), self._options.batch)]

    def _first(self, sound: _Sound, batch: Sequence[Piece]) -> list[_Take]:
        heard = self._recognizer.decode(
            [piece.samples(sound.samples) for piece in batch], self._options.tokens_per_second
        )
        return [self._take(sound, piece, what) for piece, what in zip(batch, heard, strict=True)]

    def _take(self, sound: _Sound, piece: Piece, heard: "Heard") -> _Take:
        words = words_of(heard.tokens)
        doubtful = heard.confidence < self._options.doubtful_below or loops(words) or unpunctuated(words)
        return _Take(piece, self._believed(sound, piece, heard), heard.confidence, doubtful)

    def _worth_hearing_again(self, sound: _Sound, takes: Sequence[_Take]) -> list[Piece]:
        """Return the doubtful pieces, the least certain first, as many as time allows."""
        spoken = sum(turn.end - turn.start for turn in sound.turns)
        left = max(_ALWAYS_AGAIN_SECONDS, self._options.heard_again_share * spoken)
        chosen = []
        for take in sorted(takes, key=lambda take: (take.confidence, take.piece.start)):
            if take.doubtful and take.piece.seconds <= left:
                left -= take.piece.seconds
                chosen.append(take.piece)
        return chosen

    def _carefully(self, sound: _Sound, piece: Piece, again: int = LOOPS) -> tuple[Word, ...]:
        """Return the words of a piece heard at three speeds together; in halves where it still goes round and round."""
        samples = piece.samples(sound.samples)
        variants = [_at_speed(samples, speed) for speed in _SPEEDS]
        heard = self._recognizer.decode_together(variants, self._options.tokens_per_second)
        if not loops(words_of(heard.tokens), again):
            return self._believed(sound, piece, heard)
        if piece.seconds < 2 * _SHORTEST_HALF:
            return ()
        # What went round once is not believed the moment it begins to again.
        at = _quietest_middle(piece, sound.levels)
        halves = (Piece(piece.start, at), Piece(at, piece.end))
        return tuple(word for half in halves for word in self._carefully(sound, half, again=2))

    def _believed(self, sound: _Sound, piece: Piece, heard: "Heard") -> tuple[Word, ...]:
        """Return the words of a piece with their times; none where they are more likely invented."""
        words = words_of(heard.tokens)
        if invented(words, heard.confidence, _voiced_seconds(piece.levels(sound.levels))) or loops(words):
            return ()
        parts = self._answers_alone(sound, self._parts(sound, piece, heard))
        return tuple(word for part in parts for word in timed(part.words, part.span.start, part.span.end, sound.levels))

    def _parts(self, sound: _Sound, piece: Piece, heard: "Heard") -> list[_Part]:
        """Return the words of a piece by the span of one voice in which they were said."""
        words = words_of(heard.tokens)
        spans = spans_of(piece, sound.turns, sound.levels)
        inside = [(span.start - piece.start, span.end - piece.start) for span in spans]
        placed = [0] * len(words) if len(spans) == 1 else place(words, self._recognizer.likelihoods(heard, inside))
        return [
            _part(heard, span, [word for word, at in zip(words, placed, strict=True) if at == index])
            for index, span in enumerate(spans)
        ]

    def _answers_alone(self, sound: _Sound, parts: Sequence[_Part]) -> list[_Part]:
        """Return the parts, what is short and weak among them heard by itself and taken where that is surer.

        What was asked before colours what is heard: "No, I haven't." came out as "No, I have." after its question.
        """
        weak = [part for part in parts if len(parts) > 1 and part.is_weak_answer]
        spans = [_sounding(part.span, sound.levels) for part in weak]
        heard = (
            self._recognizer.decode([span.samples(sound.samples) for span in spans], self._options.tokens_per_second)
            if spans
            else []
        )
        surer = {
            part.span: alone
            for part, again in zip(weak, heard, strict=True)
            if (alone := _Part(part.span, tuple(words_of(again.tokens)), again.confidence)).replaces(part)
        }
        return [surer.get(part.span, part) for part in parts]

    @cached_property
    def _recognizer(self) -> "Recognizer":
        from pipeline.adapters.speech.moonshine_recognizer import Recognizer  # heavy: ONNX Runtime

        return Recognizer(_model_folder())

    @cached_property
    def _detector(self) -> "SpeechDetector":
        from pipeline.adapters.speech.moonshine_detector import SpeechDetector  # heavy, as above

        return SpeechDetector(weights_in("faster-whisper", "faster_whisper", "assets", "silero_vad_v6.onnx"))


def _begin(item: tuple[Piece, tuple[Word, ...]]) -> float:
    return item[0].start


def _segment(number: int, piece: Piece, words: tuple[Word, ...]) -> Segment:
    text = " ".join(word.word for word in words)
    return Segment(f"p{number:04d}", round(piece.start, 3), round(piece.end, 3), text, words=words)


def _at_speed(samples: Samples, speed: float) -> Samples:
    if speed == 1.0:
        return samples
    moments = np.arange(0, len(samples) - 1, speed)
    changed: Samples = np.interp(moments, np.arange(len(samples)), samples).astype(np.float32)
    return changed


def _quietest_middle(piece: Piece, levels: Levels) -> float:
    quarter = piece.seconds / 4
    middle = Piece(piece.start + quarter, piece.end - quarter)
    return middle.start + int(np.argmin(middle.levels(levels))) / FRAME_RATE


def _part(heard: "Heard", span: Piece, words: Sequence[HeardWord]) -> _Part:
    tokens = heard.tokens[words[0].first : words[-1].last + 1] if words else ()
    return _Part(span, tuple(words), float(np.mean([np.log(token.probability) for token in tokens])) if tokens else 0.0)


def _sounding(span: Piece, levels: Levels) -> Piece:
    """Return a span without the silence around it."""
    inside = span.levels(levels)
    loud = np.flatnonzero(inside > inside.max(initial=FLOOR) - _SOUNDING_RANGE)
    if not len(loud):
        return span
    begin, end = span.start + loud[0] / FRAME_RATE, span.start + (loud[-1] + 1) / FRAME_RATE
    return Piece(max(span.start, begin - _ANSWER_MARGIN), min(span.end, end + _ANSWER_MARGIN))


def _voiced_seconds(levels: Levels) -> float:
    if not len(levels):
        return 0.0
    return float(np.count_nonzero(levels > levels.max() - _VOICED_RANGE)) / FRAME_RATE


def _model_folder() -> Path:
    try:
        folder = Path(str(distribution(_PACKAGE).locate_file("moonshine_voice/assets/tiny-en")))
    except PackageNotFoundError:
        raise EngineUnavailableError(lacks=_PACKAGE) from None
    if not folder.is_dir():
        raise EngineUnavailableError(lacks=f"{_PACKAGE}:tiny-en")
    return folder
