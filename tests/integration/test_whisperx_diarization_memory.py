"""What the diarizer over a pipeline of one's own does when memory runs out, as pyannote and torch say it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.adapters.diarization.whisperx import WhisperXDiarizer
from pipeline.errors import EngineOutOfMemoryError
from pipeline.ports import VoiceCount

pytestmark = pytest.mark.models

_SOUND = np.zeros(16_000, np.float32)


@dataclass
class SmallMemory:
    """A pipeline that finds a voice where its batches fit, and fails as it is told where they do not."""

    fits: int
    error: Exception
    segmentation_batch_size: int = 32
    embedding_batch_size: int = 8
    tried: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, sound: dict[str, object], **counts: int | None) -> SimpleNamespace:
        """Return a turn, or run out."""
        from pyannote.core import Annotation, Segment  # heavy, as torch below: seconds for each process that collects

        assert (sound["sample_rate"], counts["num_speakers"]) == (16_000, None)
        self.tried.append((self.segmentation_batch_size, self.embedding_batch_size))
        if self.segmentation_batch_size > self.fits:
            raise self.error
        found = Annotation()
        found[Segment(0.0, 1.0)] = "SPEAKER_00"
        return SimpleNamespace(exclusive_speaker_diarization=found, speaker_diarization=found)


def of_pyannote() -> Exception:
    """Return what pyannote says where a batch does not fit."""
    return MemoryError("batch_size (32) is probably too large.")


def of_torch() -> Exception:
    """Return what torch says."""
    import torch

    return torch.OutOfMemoryError()


@pytest.mark.parametrize("error", [of_pyannote, of_torch])
def test_batches_are_halved_and_work_goes_on(error: Callable[[], Exception]) -> None:
    """Out of memory halves both batches until they fit, and the next recording begins with what fitted."""
    memory = SmallMemory(fits=10, error=error())
    diarizer = WhisperXDiarizer("tiny", "cpu")
    diarizer.__dict__["_pipeline"] = memory

    found = [diarizer.diarize(_SOUND, VoiceCount()) for _ in range(2)]

    assert [turn.speaker for one in found for turn in one.turns] == ["SPEAKER_00"] * 2
    assert memory.tried == [(32, 8), (16, 4), (8, 2), (8, 2)]


def test_single_windows_that_do_not_fit() -> None:
    """Where single windows do not fit either, the trouble is named."""
    memory = SmallMemory(fits=0, error=MemoryError(), segmentation_batch_size=2, embedding_batch_size=1)
    diarizer = WhisperXDiarizer("tiny", "cpu")
    diarizer.__dict__["_pipeline"] = memory

    with pytest.raises(EngineOutOfMemoryError):
        diarizer.diarize(_SOUND, VoiceCount())

    assert memory.tried == [(2, 1), (1, 1)]
