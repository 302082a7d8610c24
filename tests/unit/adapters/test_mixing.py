"""What a faulty recorder adds to the sound is left out of it."""

import numpy as np
import pytest

from pipeline.adapters.decoding.mixing import Mixdown
from tests.sounds import Sound, noise

_OFFSET = np.float32(0.4)


def mixed(*channels: Sound) -> Mixdown:
    """Return the channels, added up."""
    mix = Mixdown(len(channels))
    mix.add(np.stack(channels, axis=1))
    return mix


def test_sound_that_lies_off_the_middle() -> None:
    """A recorder's offset from the middle is taken out, and makes nothing louder."""
    voice = noise(12.0)

    samples, level = mixed(voice + _OFFSET).finish()

    assert np.abs(samples - voice).max() < 0.01
    assert level.level_dbfs == pytest.approx(mixed(voice).finish()[1].level_dbfs, abs=0.2)


def test_an_offset_is_no_sound() -> None:
    """A recording that holds an offset and nothing else is silent."""
    assert mixed(np.zeros(12 * 16_000, np.float32) + _OFFSET).finish()[1].silent


def test_an_offset_makes_no_channel_live() -> None:
    """A dead channel with an offset takes nothing from the level of the live one."""
    voice = noise(12.0)

    samples, _ = mixed(voice, np.zeros_like(voice) + _OFFSET).finish()

    assert np.abs(samples - voice).max() < 0.01


def test_opposite_channels_off_the_middle() -> None:
    """Channels that cancel each other are told so, whatever offset both have."""
    voice = noise(12.0)

    assert mixed(voice + _OFFSET, _OFFSET - voice).cancels
