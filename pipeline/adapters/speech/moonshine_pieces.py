"""Where to cut a recording into pieces a recognizer can take, and a piece into spans of one voice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.ports import SAMPLE_RATE, Samples, VoiceTurn

_FRAME = SAMPLE_RATE // 50
#: Frames a second of the loudness curve.
FRAME_RATE = 50
#: Nothing below this is speech in a 16-bit recording (dBFS).
_INAUDIBLE = -65.0
#: Below all that can be heard.
FLOOR = -100.0
# A pause of this length costs a cut nothing; a shorter one proportionally more.
_FREE_PAUSE = 0.6
# A cut where nobody pauses may split a word, so it is taken only where the piece would grow too long.
_NO_PAUSE_COST = 3.0
_CHANGE_BONUS = 0.4
_CHANGE_NEAR = 0.5
_LONGEST_SPAN = 8.0
_PAUSE_IN_VOICE = 0.6

Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Return its length."""
        return self.end - self.start

    def samples(self, recording: Samples) -> Samples:
        """Return the sound of the piece."""
        return recording[round(self.start * SAMPLE_RATE) : round(self.end * SAMPLE_RATE)]

    def levels(self, levels: Levels) -> Levels:
        """Return the loudness of the piece."""
        return levels[round(self.start * FRAME_RATE) : round(self.end * FRAME_RATE)]


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where a piece may end and the next begin, and what it costs to cut there."""

    at: float
    cost: float


def loudness(samples: Samples) -> Levels:
    """Return the level of each 20 ms in dBFS."""
    whole = len(samples) // _FRAME * _FRAME
    power = np.einsum("ij,ij->i", *[samples[:whole].reshape(-1, _FRAME)] * 2) / _FRAME
    levels: Levels = 10 * np.log10(power.astype(np.float64) + 1e-10)
    return levels


def cut(levels: Levels, turns: Sequence[VoiceTurn], options: MoonshineOptions) -> list[Piece]:
    """Return pieces of about ``piece_seconds``, cut at pauses and where voices change; long silences are left out."""
    pieces: list[Piece] = []
    for region in speech_regions(levels, turns, options):
        inside = [turn for turn in turns if turn.start < region.end and turn.end > region.start]
        pieces.extend(_divide(region, list(_candidates(region, inside, levels)), options))
    return pieces


def speech_regions(levels: Levels, turns: Sequence[VoiceTurn], options: MoonshineOptions) -> list[Piece]:
    """Return the stretches between long silences, with their margins, in order."""
    regions: list[Piece] = []
    for start, end in sorted(_audible(levels, turns)):
        begin, finish = (
            max(0.0, start - options.margin_seconds),
            min(len(levels) / FRAME_RATE, end + options.margin_seconds),
        )
        if regions and begin - regions[-1].end < options.pause_seconds - 2 * options.margin_seconds:
            regions[-1] = Piece(regions[-1].start, max(finish, regions[-1].end))
        else:
            regions.append(Piece(begin, finish))
    return regions


def _audible(levels: Levels, turns: Sequence[VoiceTurn]) -> Iterator[tuple[float, float]]:
    """Yield the loud stretches within the turns: a turn may be a whole recording, silences and all."""
    loud = np.flatnonzero(levels > _INAUDIBLE)
    for turn in turns:
        first, last = np.searchsorted(loud, [turn.start * FRAME_RATE, turn.end * FRAME_RATE])
        frames = loud[first:last]
        for run in np.split(frames, np.flatnonzero(np.diff(frames) > FRAME_RATE) + 1):
            if len(run):
                yield run[0] / FRAME_RATE, (run[-1] + 1) / FRAME_RATE


def _candidates(region: Piece, turns: Sequence[VoiceTurn], levels: Levels) -> Iterator[Cut]:
    """Yield the quietest moment of each half second, costed by the pause around it and by a change of voice."""
    first, last = round(region.start * FRAME_RATE), round(region.end * FRAME_RATE)
    changes = np.array([moment for turn in turns for moment in (turn.start, turn.end)])
    pauses = _pauses(first, last, turns)
    for begin in range(first + FRAME_RATE // 2, last - FRAME_RATE // 2, FRAME_RATE // 2):
        quietest = begin + int(np.argmin(levels[begin : begin + FRAME_RATE // 2]))
        at = (quietest + 0.5) / FRAME_RATE
        cost = _cost(float(pauses[min(quietest - first, len(pauses) - 1)]), _depth(levels, quietest))
        changing = bool(len(changes)) and float(np.abs(changes - at).min()) < _CHANGE_NEAR
        yield Cut(at, max(0.0, cost - (_CHANGE_BONUS if changing else 0.0)))


def _pauses(first: int, last: int, turns: Sequence[VoiceTurn]) -> Levels:
    """Return for each frame how many seconds of silence lie around it, 0 where someone speaks."""
    spoken = np.zeros(last - first, dtype=bool)
    for turn in turns:
        spoken[max(0, round(turn.start * FRAME_RATE) - first) : max(0, round(turn.end * FRAME_RATE) - first)] = True
    edges = np.flatnonzero(np.diff(spoken)) + 1
    runs = np.split(np.arange(len(spoken)), edges)
    lengths = np.concatenate([np.full(len(run), len(run) / FRAME_RATE) for run in runs])
    pauses: Levels = np.where(spoken, 0.0, lengths)
    return pauses


def _depth(levels: Levels, frame: int) -> float:
    """Return how far a frame lies below the speech around it, 0 to 1 at 30 dB."""
    around = levels[max(0, frame - FRAME_RATE) : frame + FRAME_RATE]
    return float(np.clip((np.percentile(around, 90) - levels[frame]) / 30, 0.0, 1.0))


def _cost(pause: float, depth: float) -> float:
    return 1.0 - min(pause / _FREE_PAUSE, 1.0) if pause > 0 else 1.0 + _NO_PAUSE_COST * (1.0 - depth)


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


def spans_of(piece: Piece, turns: Sequence[VoiceTurn], levels: Levels) -> list[Piece]:
    """Return the piece divided where voices change, at pauses, and so that no span is long."""
    inside = sorted(
        (turn for turn in turns if turn.end > piece.start and turn.start < piece.end), key=lambda t: t.start
    )
    moments = [
        (before.end + after.start) / 2
        for before, after in pairwise(inside)
        if before.speaker != after.speaker or after.start - before.end >= _PAUSE_IN_VOICE
    ]
    bounds = [piece.start, *(moment for moment in sorted(moments) if piece.start < moment < piece.end), piece.end]
    return [part for start, end in pairwise(bounds) for part in _short_enough(Piece(start, end), levels)]


def _short_enough(span: Piece, levels: Levels) -> Iterator[Piece]:
    if span.seconds <= _LONGEST_SPAN:
        yield span
        return
    quarter = span.seconds / 4
    middle = Piece(span.start + quarter, span.end - quarter)
    at = (round(middle.start * FRAME_RATE) + int(np.argmin(middle.levels(levels))) + 0.5) / FRAME_RATE
    yield from _short_enough(Piece(span.start, at), levels)
    yield from _short_enough(Piece(at, span.end), levels)
