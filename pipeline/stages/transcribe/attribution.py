"""Which voice spoke each word: by time, and at a change of voices by where sentences end."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pipeline.ports import VoiceTurn
from pipeline.stages.transcribe.timing import TimedWord

#: A change of voices moves to the end of a sentence at most this many words and seconds away: recognizers
#: time a word, and diarizers a change, to within about a third of a second, and people start with a sentence.
_SNAP_WORDS = 2
_SNAP_SECONDS = 0.6


def attribute_words(words: Sequence[TimedWord], turns: Sequence[VoiceTurn]) -> list[str | None]:
    """Return the voice of each word; ``None`` throughout where no turn is known."""
    if not turns:
        return [None] * len(words)
    starts = np.array([turn.start for turn in turns])
    ends = np.array([turn.end for turn in turns])
    voices: list[str | None] = [turns[_turn_of(word, starts, ends)].speaker for word in words]
    return _snapped(words, voices)


def _turn_of(word: TimedWord, starts: np.ndarray, ends: np.ndarray) -> int:
    """Return the turn that covers most of the word, or else the nearest one."""
    overlaps = np.minimum(ends, word.end) - np.maximum(starts, word.start)
    best = int(np.argmax(overlaps))
    if overlaps[best] > 0:
        return best
    distances = np.maximum(starts - word.middle, word.middle - ends)
    return int(np.argmin(distances))


def _snapped(words: Sequence[TimedWord], voices: list[str | None]) -> list[str | None]:
    result = list(voices)
    changes = [after for before, after in pairwise(range(len(voices))) if voices[before] != voices[after]]
    for change in changes:
        target = _sentence_start_near(words, change)
        low, high = sorted((change, target))
        if len(set(voices[low:high])) <= 1:
            result[low:high] = [voices[change if target < change else change - 1]] * (high - low)
    return result


def _sentence_start_near(words: Sequence[TimedWord], change: int) -> int:
    """Return the nearest place to ``change`` at which a sentence starts, or ``change`` where none is near."""
    near = [place for place in _places(len(words), change) if _may_move(words, change, place)]
    return min(near, key=lambda place: abs(place - change), default=change)


def _places(count: int, change: int) -> range:
    return range(max(1, change - _SNAP_WORDS), min(count - 1, change + _SNAP_WORDS) + 1)


def _may_move(words: Sequence[TimedWord], change: int, place: int) -> bool:
    if not words[place - 1].ends_sentence:
        return False
    low, high = sorted((change, place))
    return low == high or words[high - 1].end - words[low].start <= _SNAP_SECONDS
