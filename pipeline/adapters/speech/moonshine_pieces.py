"""Where to cut a recording into pieces a recognizer can take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.ports import SAMPLE_RATE, Samples, VoiceTurn

_FRAME = SAMPLE_RATE // 50
#: Frames a second of the loudness curve.
FRAME_RATE = 50
# A pause of this length costs a cut nothing; a shorter one proportionally more.
_FREE_PAUSE = 0.6
# A cut where nobody pauses may split a word, so it is taken only where the piece would grow too long.
_NO_PAUSE_COST = 3.0
_CHANGE_BONUS = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording, in seconds."""

    start: float
    end: float

    def samples(self, recording: Samples) -> Samples:
        """Return the sound of the piece."""
        return recording[round(self.start * SAMPLE_RATE) : round(self.end * SAMPLE_RATE)]


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a piece may end and the next begin, and what it costs to cut there."""

    at: float
    cost: float


def speech_regions(turns: Sequence[VoiceTurn], seconds: float, options: MoonshineOptions) -> list[Piece]:
    """Return the stretches between long silences, with their margins, in order."""
    regions: list[Piece] = []
    for turn in sorted(turns, key=lambda turn: turn.start):
        start, end = max(0.0, turn.start - options.margin_seconds), min(seconds, turn.end + options.margin_seconds)
        if regions and start - regions[-1].end < options.pause_seconds - 2 * options.margin_seconds:
            regions[-1] = Piece(regions[-1].start, max(end, regions[-1].end))
        elif end > start:
            regions.append(Piece(start, end))
    return regions


def loudness(samples: Samples) -> NDArray[np.float64]:
    """Return the level of each 20 ms in dBFS."""
    whole = len(samples) // _FRAME * _FRAME
    power = np.square(samples[:whole], dtype=np.float64).reshape(-1, _FRAME).mean(axis=1)
    level: NDArray[np.float64] = 10 * np.log10(power + 1e-10)
    return level


def cut(samples: Samples, turns: Sequence[VoiceTurn], options: MoonshineOptions) -> list[Piece]:
    """Return pieces of about ``piece_seconds``, cut at pauses and where voices change; long silences are left out."""
    levels = loudness(samples)
    pieces: list[Piece] = []
    for region in speech_regions(turns, len(samples) / SAMPLE_RATE, options):
        inside = [turn for turn in turns if turn.start < region.end and turn.end > region.start]
        pieces.extend(_divide(region, _candidates(region, inside, levels), options))
    return pieces


def _candidates(region: Piece, turns: Sequence[VoiceTurn], levels: NDArray[np.float64]) -> list[Cut]:
    """Return the quietest moment of each half second, costed by the pause around it and by a change of voice."""
    first, last = int(region.start * FRAME_RATE), min(int(region.end * FRAME_RATE), len(levels))
    changes = np.array([turn.start for turn in turns] + [turn.end for turn in turns])
    spoken = _spoken(first, last, turns)
    found = []
    for begin in range(first + FRAME_RATE // 2, last - FRAME_RATE // 2, FRAME_RATE // 2):
        quietest = begin + int(np.argmin(levels[begin : begin + FRAME_RATE // 2]))
        at = (quietest + 0.5) / FRAME_RATE
        pause = _pause(spoken, quietest - first)
        near = bool(len(changes)) and float(np.abs(changes - at).min()) < FRAME_RATE / 100
        found.append(Cut(at, _cost(pause, near, _depth(levels, quietest))))
    return found


def _spoken(first: int, last: int, turns: Sequence[VoiceTurn]) -> NDArray[np.bool_]:
    spoken = np.zeros(max(0, last - first), dtype=bool)
    for turn in turns:
        spoken[max(0, int(turn.start * FRAME_RATE) - first) : max(0, int(turn.end * FRAME_RATE) - first)] = True
    return spoken


def _pause(spoken: NDArray[np.bool_], frame: int) -> float:
    """Return how many seconds of silence lie around a frame."""
    if frame >= len(spoken) or spoken[frame]:
        return 0.0
    voiced = np.flatnonzero(spoken)
    before = voiced[voiced < frame]
    after = voiced[voiced > frame]
    begin = int(before[-1]) if len(before) else 0
    end = int(after[0]) if len(after) else len(spoken)
    return (end - begin - 1) / FRAME_RATE


def _depth(levels: NDArray[np.float64], frame: int) -> float:
    """Return how far a frame lies below the speech around it, 0 to 1 at 30 dB."""
    around = levels[max(0, frame - FRAME_RATE) : frame + FRAME_RATE]
    return float(np.clip((np.percentile(around, 90) - levels[frame]) / 30, 0.0, 1.0))


def _cost(pause: float, near_change: bool, depth: float) -> float:  # noqa: FBT001  # a fact, not a mode
    cost = 1.0 - min(pause / _FREE_PAUSE, 1.0) if pause > 0 else 1.0 + _NO_PAUSE_COST * (1.0 - depth)
    return max(0.0, cost - (_CHANGE_BONUS if near_change else 0.0))


def _divide(region: Piece, cuts: Sequence[Cut], options: MoonshineOptions) -> list[Piece]:
    """Return the cheapest division: shortest path over the cuts, each piece costed by its length."""
    ends = [*cuts, Cut(region.end, 0.0)]
    best: list[tuple[float, int]] = []
    for index, end in enumerate(ends):
        ways = [(_length_cost(end.at - region.start, options), -1)]
        for earlier in range(index - 1, -1, -1):
            length = end.at - ends[earlier].at
            ways.append((best[earlier][0] + _length_cost(length, options), earlier))
            if length > options.longest_seconds:
                break
        cost, source = min(ways)
        best.append((cost + end.cost, source))
    return _trace(region, ends, [source for _, source in best])


def _length_cost(seconds: float, options: MoonshineOptions) -> float:
    over = max(0.0, seconds - options.longest_seconds)
    return ((seconds - options.piece_seconds) / options.piece_seconds) ** 2 + 100.0 * over


def _trace(region: Piece, ends: Sequence[Cut], sources: Sequence[int]) -> list[Piece]:
    pieces = []
    index = len(ends) - 1
    while index >= 0:
        source = sources[index]
        pieces.append(Piece(ends[source].at if source >= 0 else region.start, ends[index].at))
        index = source
    return pieces[::-1]
