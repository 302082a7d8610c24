"""The first part of recognition, which needs no turns: every piece heard once, and the least certain again."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from pipeline.adapters.speech.moonshine_guards import LOOPS, loops, unpunctuated
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import FRAME_RATE, Levels, Piece
from pipeline.adapters.speech.moonshine_tokens import words_of
from pipeline.ports import Samples

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_recognizer import Heard, Recognizer

# A doubtful piece is heard at its own speed and five in a hundred slower and faster: over 13 cuts of the phone
# sample that took the mean from 14.7 to 12.7 wrong words of 87, and the worst from 18 to 16.
_OTHER_SPEEDS = (1.05, 0.95)
_ALWAYS_AGAIN_SECONDS = 60.0
_SHORTEST_HALF = 4.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording and how loud it is each 20 ms."""

    samples: Samples = field(repr=False)
    levels: Levels = field(repr=False)


@dataclass(frozen=True, slots=True)
class Take:
    """What was made of a piece, or of a half of one."""

    piece: Piece
    heard: "Heard"

    def is_doubtful(self, options: MoonshineOptions) -> bool:
        """Say whether it is worth hearing again."""
        words = words_of(self.heard.tokens)
        return self.heard.confidence < options.doubtful_below or loops(words) or unpunctuated(words)


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears pieces, several at a time."""

    recognizer: "Recognizer"
    options: MoonshineOptions

    def once(self, sound: Sound, pieces: Sequence[Piece], threads: Executor) -> list[Take]:
        """Return what is made of each piece at the first hearing."""
        return list(chain.from_iterable(threads.map(partial(self._first, sound), self._batches(pieces))))

    def with_care(self, sound: Sound, takes: Sequence[Take], threads: Executor) -> dict[Piece, tuple[Take, ...]]:
        """Return the takes by piece, the least certain heard again; nothing of one that goes round and round."""
        again = self._worth_hearing_again(takes)
        better = threads.map(lambda take: tuple(self._carefully(sound, take.piece, take.heard)), again)
        return {take.piece: (take,) for take in takes} | dict(zip((take.piece for take in again), better, strict=True))

    def faster(self, sound: Sound, piece: Piece, speed: float) -> "Heard":
        """Return what is made of a piece that is played faster or slower."""
        sped = _at_speed(piece.samples(sound.samples), speed)
        return self.recognizer.decode([sped], self.options.tokens_per_second)[0]

    def _batches(self, pieces: Sequence[Piece]) -> list[list[Piece]]:
        """Return pieces of like length together, the longest first, so that no thread is left with a long one."""
        order = sorted(pieces, key=lambda piece: piece.seconds, reverse=True)
        return [order[at : at + self.options.batch] for at in range(0, len(order), self.options.batch)]

    def _first(self, sound: Sound, batch: Sequence[Piece]) -> list[Take]:
        heard = self.recognizer.decode(
            [piece.samples(sound.samples) for piece in batch], self.options.tokens_per_second
        )
        return [Take(piece, what) for piece, what in zip(batch, heard, strict=True)]

    def _worth_hearing_again(self, takes: Sequence[Take]) -> list[Take]:
        """Return the doubtful ones, the least certain first, as many as time allows."""
        spoken = sum(take.piece.seconds for take in takes)
        left = max(_ALWAYS_AGAIN_SECONDS, self.options.heard_again_share * spoken)
        chosen = []
        for take in sorted(takes, key=lambda take: (take.heard.confidence, take.piece.start)):
            if take.is_doubtful(self.options) and take.piece.seconds <= left:
                left -= take.piece.seconds
                chosen.append(take)
        return chosen

    def _carefully(self, sound: Sound, piece: Piece, before: "Heard", again: int = LOOPS) -> Iterator[Take]:
        """Yield a piece heard at three speeds together; in halves where it still goes round and round."""
        samples = piece.samples(sound.samples)
        variants = [_at_speed(samples, speed) for speed in _OTHER_SPEEDS]
        heard = self.recognizer.decode_together(before, variants, piece.seconds * self.options.tokens_per_second)
        if not loops(words_of(heard.tokens), again):
            yield Take(piece, heard)
        elif piece.seconds >= 2 * _SHORTEST_HALF:
            # What went round once is not believed the moment it begins to again.
            at = _quietest_middle(piece, sound.levels)
            for half in (Piece(piece.start, at), Piece(at, piece.end)):
                alone = self._first(sound, [half])[0].heard
                yield from self._carefully(sound, half, alone, again=2)


def _at_speed(samples: Samples, speed: float) -> Samples:
    moments = np.arange(0, len(samples) - 1, speed)
    changed: Samples = np.interp(moments, np.arange(len(samples)), samples).astype(np.float32)
    return changed


def _quietest_middle(piece: Piece, levels: Levels) -> float:
    quarter = piece.seconds / 4
    middle = Piece(piece.start + quarter, piece.end - quarter)
    return middle.start + int(np.argmin(middle.levels(levels))) / FRAME_RATE
