"""Many channels to one without losing level, and what the sound is like."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.decoding.channels import ChannelLevels
from pipeline.domain.transcript import VoiceTurn
from pipeline.ports import SAMPLE_RATE, Samples

#: Within 0.1 dB of full scale: resampling moves clipped samples a little.
_FULL_SCALE = 10 ** (-0.1 / 20)
#: A channel 40 dB below the loudest one carries hum or crosstalk and no voice.
_DEAD_BELOW = 10 ** (-40 / 10)
#: Two channels that cancel each other: one of them is wired with its polarity reversed.
_OPPOSITE = -0.9
#: From here on, sound that lies off the middle is louder than what it holds for those who measure it (-50 dBFS).
_OFF_THE_MIDDLE = 0.003
_FRAME = SAMPLE_RATE // 50
#: Below this, 16 bits leave five for the sound, and an open microphone in a room is already louder.
SILENCE_DBFS = -60.0
#: Clicks and knocks are not sound enough.
_LEAST_SOUND_SECONDS = 1.0
#: Frames this far below the loud ones are pauses.
_PAUSE_BELOW_DB = 25.0
_FLOOR_DBFS = -120.0


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a recording is."""

    clipped: float
    peak_dbfs: float
    level_dbfs: float
    silent: bool


@dataclass(slots=True)
class Mixdown:
    """Adds channels up block by block; which of them are alive is known only at the end, and is then a factor.

    A voice on one channel of two would lose 6 dB in a plain average, so the sum is divided by the channels that
    carry sound.
    """

    channels: int
    _mono: bytearray = field(default_factory=bytearray, repr=False)
    _sum: NDArray[np.float64] = field(init=False)
    _squares: NDArray[np.float64] = field(init=False)
    _clipped: NDArray[np.int64] = field(init=False)
    _cross: float = 0.0
    _peak: float = 0.0
    _levels: ChannelLevels = field(default_factory=ChannelLevels)

    def __post_init__(self) -> None:
        """Start with nothing heard."""
        self._sum, self._squares = np.zeros(self.channels), np.zeros(self.channels)
        self._clipped = np.zeros(self.channels, dtype=np.int64)

    @property
    def seconds(self) -> float:
        """Return how much was added."""
        return len(self._mono) / 4 / SAMPLE_RATE

    def add(self, block: NDArray[np.float32]) -> None:
        """Add a block of shape (samples, channels); what is no number becomes silence, what is infinite full scale."""
        if not len(block):
            return
        sound = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1.0, 1.0)
        loud = np.abs(sound)
        self._peak = max(self._peak, float(loud.max()))
        self._clipped += np.count_nonzero(loud >= _FULL_SCALE, axis=0)
        self._sum += sound.sum(axis=0, dtype=np.float64)
        self._squares += np.einsum("ij,ij->j", sound, sound, dtype=np.float64)
        self._cross += float(np.dot(sound[:, 0], sound[:, -1]))
        if self.channels == 2:  # noqa: PLR2004 # stereo
            self._levels.add(sound)
        self._mono += sound.sum(axis=1, dtype=np.float32).tobytes()

    @property
    def cancels(self) -> bool:
        """Say whether two channels are each other's opposite, so that their sum is next to nothing."""
        both = float(np.sqrt(self._energy[0] * self._energy[-1]))
        cross = self._cross - float(self._sum[0] * self._middles[-1])
        return self.channels == 2 and both > 0 and cross / both < _OPPOSITE  # noqa: PLR2004 # stereo

    @property
    def _middles(self) -> NDArray[np.float64]:
        """Return what each channel swings around: 0, but for recorders with a fault."""
        return self._sum / max(1.0, self.seconds * SAMPLE_RATE)

    @property
    def _energy(self) -> NDArray[np.float64]:
        """Return the energy of each channel, that of lying off the middle left out."""
        return np.maximum(self._squares - self._sum * self._middles, 0.0)

    def turns(self) -> tuple[VoiceTurn, ...]:
        """Return who spoke when, where each of two channels carries one voice; else nothing."""
        return self._levels.turns()

    def finish(self) -> tuple[Samples, Level]:
        """Return the one channel, in [-1, 1], and how loud it is."""
        samples = np.frombuffer(self._mono, dtype=np.float32)
        middle = float(self._middles.sum())
        if abs(middle) > _OFF_THE_MIDDLE:
            samples -= np.float32(middle)
        alive = self._energy >= max(float(self._energy.max()) * _DEAD_BELOW, 1e-30)
        samples /= max(1, int(alive.sum()))
        np.clip(samples, -1.0, 1.0, out=samples)
        return samples, self._level(samples, alive)

    def _level(self, samples: Samples, alive: NDArray[np.bool_]) -> Level:
        loudness = _frame_loudness(samples)
        sound = loudness[loudness > SILENCE_DBFS]
        speech = sound[sound > np.percentile(sound, 95) - _PAUSE_BELOW_DB] if len(sound) else sound
        clipped = self._clipped[alive].max() / max(1, len(samples)) if alive.any() else 0.0
        return Level(
            clipped=round(float(clipped), 6),
            peak_dbfs=round(_dbfs(self._peak), 1),
            level_dbfs=round(float(np.median(speech)), 1) if len(speech) else _FLOOR_DBFS,
            silent=len(sound) * _FRAME < _LEAST_SOUND_SECONDS * SAMPLE_RATE,
        )


def _frame_loudness(samples: Samples) -> NDArray[np.float64]:
    """Return the loudness of each 20 ms in dBFS, shape (frames,)."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power: NDArray[np.float64] = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / _FRAME
    return np.multiply(10.0, np.log10(np.maximum(power, 10 ** (_FLOOR_DBFS / 10))))


def _dbfs(amplitude: float) -> float:
    return max(_FLOOR_DBFS, 20 * float(np.log10(max(amplitude, 1e-9))))
