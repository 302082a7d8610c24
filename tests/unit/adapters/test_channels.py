"""Channels with one voice each are told from voices that share a room."""

import numpy as np
import pytest

from pipeline.adapters.decoding.channels import ChannelLevels
from pipeline.domain.transcript import VoiceTurn
from pipeline.ports import SAMPLE_RATE
from tests.sounds import Sound, noise

#: Who speaks when, in seconds: two voices by turns, and at once for a moment.
LEFT = ((0.0, 6.0), (12.0, 20.0), (26.0, 30.0))
RIGHT = ((6.5, 11.5), (19.5, 25.5))


def spoken(turns: tuple[tuple[float, float], ...], seed: int) -> Sound:
    """Return 30 seconds in which somebody speaks by turns."""
    sound = np.zeros(30 * SAMPLE_RATE, np.float32)
    for start, end in turns:
        sound[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = noise(end - start, seed=seed)
    return sound


def turns_of(left: Sound, right: Sound, block: int = 48_000) -> tuple[VoiceTurn, ...]:
    """Return what the channels tell."""
    levels, both = ChannelLevels(), np.stack([left, right], axis=1)
    for start in range(0, len(both), block):
        levels.add(both[start : start + block])
    return levels.turns()


@pytest.mark.parametrize("leak_db", [-80.0, -25.0, -18.0])
def test_one_voice_on_each_channel(leak_db: float) -> None:
    """Telephone channels tell who speaks when, though each hears a little of the other."""
    leak = np.float32(10 ** (leak_db / 20))
    one, other = spoken(LEFT, 1), spoken(RIGHT, 2)
    turns = turns_of(one + other * leak, other + one * leak, block=12_345)

    assert [turn.speaker for turn in turns] == ["SPEAKER_00", "SPEAKER_01"] * 2 + ["SPEAKER_00"]
    assert [turn.start for turn in turns] == pytest.approx([0.0, 6.5, 12.0, 20.0, 26.0], abs=0.6)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (spoken(LEFT, 1) + spoken(RIGHT, 2), spoken(LEFT, 1) + spoken(RIGHT, 2)),
        (spoken(LEFT, 1) + 0.5 * spoken(RIGHT, 2), 0.5 * spoken(LEFT, 1) + spoken(RIGHT, 2)),
        (spoken(LEFT, 1) + spoken(RIGHT, 2), np.zeros(30 * SAMPLE_RATE, np.float32)),
        (noise(30.0, seed=1), noise(30.0, seed=2)),
        (np.zeros(30 * SAMPLE_RATE, np.float32), np.zeros(30 * SAMPLE_RATE, np.float32)),
    ],
    ids=["same on both", "one room, two microphones", "one channel only", "two at once", "silence"],
)
def test_voices_that_share_channels(left: Sound, right: Sound) -> None:
    """Where the channels do not keep the voices apart they tell nothing."""
    assert turns_of(left.astype(np.float32), right.astype(np.float32)) == ()


def test_nothing_at_all() -> None:
    """Without sound there are no turns."""
    assert ChannelLevels().turns() == ()
