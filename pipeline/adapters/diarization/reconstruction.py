"""From overlapping windows back to the recording: how many speak at each moment, who, and in which turns.

The way of pyannote's pipeline (Bredin, 2023): windows vote on the number of speakers, and the likeliest voices speak.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.diarization.clustering import NOBODY
from pipeline.adapters.diarization.segmentation import FRAME_MIDDLE, FRAME_STEP, Windows
from pipeline.ports import VoiceTurn

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Each frame of the recording: how many speak, and how much the windows say that each voice does."""

    speaking: NDArray[np.intp]
    #: Shape (frames, voices).
    activity: Floats
    #: The length of the recording, which the last window may pass.
    seconds: float

    @property
    def all_turns(self) -> tuple[VoiceTurn, ...]:
        """Return the turns in order, overlapping ones too."""
        return tuple(self._turns(self.activity.shape[1]))

    @property
    def exclusive_turns(self) -> tuple[VoiceTurn, ...]:
        """Return the turns in order, the likeliest voice alone where several speak."""
        return tuple(self._turns(at_once=1))

    def _turns(self, at_once: int) -> Iterator[VoiceTurn]:
        names = self._names()
        for start, end, voice in sorted(self._runs(at_once)):
            yield VoiceTurn(start, end, names[voice])

    def _names(self) -> dict[int, str]:
        """Return a name for each voice, in the order in which they begin."""
        order = dict.fromkeys(voice for *_, voice in sorted(self._runs(self.activity.shape[1])))
        return {voice: f"SPEAKER_{place:02}" for place, voice in enumerate(order)}

    def _runs(self, at_once: int) -> Iterator[tuple[float, float, int]]:
        rank = np.argsort(np.argsort(-self.activity, axis=1, kind="stable"), axis=1, kind="stable")
        speaks = rank < np.minimum(self.speaking, at_once)[:, None]
        for voice, row in enumerate(np.pad(speaks, ((1, 1), (0, 0))).T):
            edges = np.flatnonzero(np.diff(row.astype(np.int8))) * FRAME_STEP + FRAME_MIDDLE
            for start, end in edges.reshape(-1, 2):
                if start < self.seconds:
                    yield round(float(start), 3), round(min(float(end), self.seconds), 3), voice


def reconstruct(windows: Windows, active: NDArray[np.bool_], voices: NDArray[np.int8], seconds: float) -> Moments:
    """Return who speaks when.

    ``active`` says which local speakers speak, shape (windows, frames, local speakers), and ``voices`` which voice
    each of them is, shape (windows, local speakers).
    """
    starts = np.rint(np.arange(len(active)) * windows.step / FRAME_STEP).astype(np.intp)
    frames = active.shape[1]
    known = int(voices.max(initial=NOBODY)) + 1
    activity = np.zeros((int(starts[-1]) + frames, max(known, 0)))
    votes, seen = np.zeros(len(activity)), np.zeros(len(activity))
    for start, scores, speaks, who in zip(starts, windows.scores, active, voices, strict=True):
        here = slice(start, start + frames)
        votes[here] += speaks.sum(axis=1)
        seen[here] += 1
        held = who != NOBODY
        activity[here, who[held]] += scores[:, held]
    speaking = np.rint(votes / np.maximum(seen, 1)).astype(np.intp)
    return Moments(np.minimum(speaking, activity.shape[1]), activity, seconds)
