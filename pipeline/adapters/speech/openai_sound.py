"""Sound in stretches that an endpoint takes: none above its limit, none cut in the middle of a word."""

import io
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.ports import SAMPLE_RATE, Samples, VoiceTurn

#: Ten minutes of 16-bit WAV at 16 kHz are 19 MB; the public endpoint takes 25 MB.
LONGEST = 600.0
_FRAME = SAMPLE_RATE // 50
#: How far back from the limit a quiet place is looked for (seconds).
_LOOK_BACK = 60.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the recording, and where it starts in seconds."""

    start: float
    samples: Samples = field(repr=False)

    @property
    def seconds(self) -> float:
        """Return the length in seconds."""
        return len(self.samples) / SAMPLE_RATE


def stretches(samples: Samples, turns: Sequence[VoiceTurn]) -> Iterator[Stretch]:
    """Yield the recording in stretches, cut in the widest pause between turns or else where it is quietest."""
    start, seconds = 0.0, len(samples) / SAMPLE_RATE
    while start < seconds:
        end = seconds if seconds - start <= LONGEST else _cut(samples, turns, start + LONGEST)
        yield Stretch(start, samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)])
        start = end


def wav(samples: Samples) -> bytes:
    """Return 16-bit mono WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes((samples.clip(-1.0, 1.0) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _cut(samples: Samples, turns: Sequence[VoiceTurn], limit: float) -> float:
    pauses = sorted(_pauses(turns, limit - _LOOK_BACK, limit), key=lambda pause: pause[0] - pause[1])
    if pauses:
        return (pauses[0][0] + pauses[0][1]) / 2
    first = round((limit - _LOOK_BACK) * SAMPLE_RATE)
    frames = samples[first : round(limit * SAMPLE_RATE)]
    loudness = np.square(frames[: len(frames) // _FRAME * _FRAME]).reshape(-1, _FRAME).sum(axis=1)
    return (first + int(np.argmin(loudness)) * _FRAME + _FRAME / 2) / SAMPLE_RATE


def _pauses(turns: Sequence[VoiceTurn], first: float, last: float) -> Iterator[tuple[float, float]]:
    """Yield the pauses that lie within these bounds."""
    spoken = first
    for turn in sorted(turns, key=lambda turn: turn.start):
        if first <= spoken < turn.start <= last:
            yield spoken, turn.start
        spoken = max(spoken, turn.end)
