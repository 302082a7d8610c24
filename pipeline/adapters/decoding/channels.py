"""Whether each of two channels carries one voice, as on recorded telephone lines, and who spoke when."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.transcript import VoiceTurn
from pipeline.ports import SAMPLE_RATE

_FRAME = SAMPLE_RATE // 50
_FRAME_SECONDS = 0.02
#: A channel with its own microphone hears the other voice at least this much less (dB); in one room it is 3 to 8.
_APART_DB = 12.0
#: How much of the speech must be on one channel alone: people do speak at once.
_MOSTLY = 0.8
#: Each voice speaks at least this much of the time, and for that long (seconds).
_LEAST_SHARE, _LEAST_SECONDS = 0.03, 3.0
#: Speech lies within this of a channel's loud places (dB), and above a quiet room (dBFS).
_PAUSE_BELOW_DB, _QUIET_DBFS = 25.0, -50.0
#: Pauses shorter than this are within a turn, and sounds shorter than that are no turn (seconds).
_PAUSE, _SHORTEST_TURN = 0.6, 0.15

#: Frames over which the louder channel is told (half a second).
_SMOOTH = 25

Frames = NDArray[np.float64]


@dataclass(slots=True)
class ChannelLevels:
    """The power of two channels in frames of 20 ms, gathered block by block."""

    _power: list[Frames] = field(default_factory=list, repr=False)
    _rest: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32), repr=False)

    def add(self, block: NDArray[np.float32]) -> None:
        """Add a block of shape (samples, 2)."""
        sound = np.concatenate([self._rest, block])
        whole = len(sound) // _FRAME * _FRAME
        self._rest = sound[whole:].copy()
        frames = sound[:whole].reshape(-1, _FRAME, 2)
        squares = np.einsum("fsc,fsc->fc", frames, frames, dtype=np.float64) / _FRAME
        # Less what a faulty recorder's offset from the middle adds.
        self._power.append(np.maximum(squares - np.square(frames.mean(axis=1, dtype=np.float64)), 0.0))

    def turns(self) -> tuple[VoiceTurn, ...]:
        """Return who spoke when, where each channel is one voice's own; else nothing."""
        if not self._power:
            return ()
        loudness = 10 * np.log10(np.maximum(np.concatenate(self._power), 1e-12))
        speech = loudness > np.maximum(np.percentile(loudness, 95, axis=0) - _PAUSE_BELOW_DB, _QUIET_DBFS)
        heard = speech.any(axis=1)
        return tuple(_turns(loudness, heard)) if _are_apart(loudness[heard]) else ()


def _are_apart(heard: Frames) -> bool:
    """Say whether the frames with speech have it on one channel or the other, and both channels have some."""
    difference = heard[:, 0] - heard[:, 1]
    alone = np.array([np.count_nonzero(difference >= _APART_DB), np.count_nonzero(difference <= -_APART_DB)])
    enough = alone.min() >= max(_LEAST_SECONDS / _FRAME_SECONDS, _LEAST_SHARE * len(heard))
    return bool(enough and alone.sum() >= _MOSTLY * len(heard))


def _turns(loudness: Frames, heard: NDArray[np.bool_]) -> Iterator[VoiceTurn]:
    """Yield the turns: the louder channel speaks, through short pauses too."""
    # Two who speak at once are not told apart syllable by syllable.
    smooth = np.ones(_SMOOTH) / _SMOOTH
    difference = np.convolve(loudness[:, 1] - loudness[:, 0], smooth, mode="same")
    louder = np.where(heard, (difference > 0).astype(np.int64), -1)
    labels: dict[int, str] = {}
    for channel, first, stop in _joined(_runs(louder)):
        label = labels.setdefault(channel, f"SPEAKER_{len(labels):02}")
        yield VoiceTurn(round(first * _FRAME_SECONDS, 3), round(stop * _FRAME_SECONDS, 3), label)


_Run = tuple[int, int, int]


def _runs(louder: NDArray[np.int64]) -> Iterator[_Run]:
    """Yield (channel, first frame, frame after the last) of each stretch of one channel that is long enough."""
    edges = np.flatnonzero(np.diff(louder)) + 1
    for first, stop in zip((0, *edges.tolist()), (*edges.tolist(), len(louder)), strict=True):
        channel = int(louder[first])
        if channel >= 0 and (stop - first) * _FRAME_SECONDS >= _SHORTEST_TURN:
            yield channel, first, stop


def _joined(runs: Iterator[_Run]) -> Iterator[_Run]:
    last: _Run | None = None
    for run in runs:
        if last is not None and run[0] == last[0] and (run[1] - last[2]) * _FRAME_SECONDS <= _PAUSE:
            last = (last[0], last[1], run[2])
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last
