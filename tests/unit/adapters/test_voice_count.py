"""How many voices there are: what it takes for little speech to be somebody."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.adapters.diarization.clustering import Count, Evidence, find_voices

_COUNT = Count(at_least=1, at_most=8, expected=2, apart=0.11, further_apart=0.2, smallest_share=0.05, brief=1.6)


def _evidence(distance: float, seconds: float) -> Evidence:
    """Return ten seconds of one voice and so many of another, at a cosine distance, a second in each window."""
    nearness = 1.0 - distance
    first, second = np.eye(256)[0], np.eye(256)[0] * nearness + np.eye(256)[1] * np.sqrt(1.0 - nearness**2)
    spoken = [1.0] * 10 + [min(1.0, seconds - at) for at in np.arange(0.0, seconds)]
    vectors: NDArray[np.float64] = np.stack([first] * 10 + [second] * (len(spoken) - 10))[:, None]
    there = np.ones((len(spoken), 1), dtype=np.bool_)
    return Evidence(vectors, np.array(spoken)[:, None], there, there)


@pytest.mark.parametrize(("distance", "seconds", "voices"), [(0.16, 1.2, 1), (0.16, 3, 2), (0.3, 1.2, 2), (0.05, 5, 1)])
def test_little_speech_must_lie_further_off(distance: float, seconds: float, voices: int) -> None:
    """A voice with less speech than tells how it sounds is somebody only far from the other; with more, nearer by."""
    assert len(find_voices(_evidence(distance, seconds), _COUNT).centres) == voices


def test_a_known_number_stands() -> None:
    """Where the number of voices is given, a brief one is told apart however near it lies."""
    known = Count(at_least=2, at_most=2, expected=2, apart=0.11, further_apart=0.2, smallest_share=0.05, brief=1.6)

    assert len(find_voices(_evidence(0.16, 1.2), known).centres) == 2
