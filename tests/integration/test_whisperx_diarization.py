"""A pyannote pipeline from a folder, beside whisperX."""

import logging
import wave
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from pipeline.adapters.diarization.whisperx import WhisperXDiarizer
from pipeline.adapters.speech.whisperx_quiet import forbid_telemetry, quiet
from pipeline.errors import EngineUnavailableError
from pipeline.ports import Samples, VoiceCount

pytestmark = [pytest.mark.models, pytest.mark.slow]


@pytest.fixture(scope="module")
def diarizer(tmp_path_factory: pytest.TempPathFactory) -> WhisperXDiarizer:
    """Return a diarizer over a pipeline in a folder."""
    forbid_telemetry()
    with quiet():
        from tests import tiny_diarization

        return WhisperXDiarizer(str(tiny_diarization.pipeline(tmp_path_factory.mktemp("pipeline"))), "cpu")


@pytest.fixture(scope="module")
def phone_call() -> Samples:
    """Return the phone call that pyannote's wheel carries: 30 s, two voices."""
    path = distribution("pyannote.audio").locate_file("pyannote/audio/sample/sample.wav")
    with wave.open(str(path)) as file:
        body = file.readframes(file.getnframes())
    return (np.frombuffer(body, "<i2") / 32768).astype(np.float32)


def test_exclusive_turns(diarizer: WhisperXDiarizer, phone_call: Samples) -> None:
    """Turns for the words do not overlap, those for scoring may, and the voices asked for are found."""
    found = diarizer.diarize(phone_call, VoiceCount(exactly=2))

    assert {turn.speaker for turn in found.turns} == {"SPEAKER_00", "SPEAKER_01"}
    assert all(one.end <= two.start + 1e-6 for one, two in zip(found.turns, found.turns[1:], strict=False))
    assert len(found.overlapping) >= len(found.turns)


def test_nothing_is_logged(
    diarizer: WhisperXDiarizer,
    phone_call: Samples,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Telling voices apart writes nothing to a log or a terminal."""
    with caplog.at_level(logging.DEBUG, logger="pyannote"):
        diarizer.diarize(phone_call, VoiceCount())

    assert "".join(capfd.readouterr()) == ""


def test_silence(diarizer: WhisperXDiarizer) -> None:
    """In silence nobody speaks."""
    assert diarizer.diarize(np.zeros(16_000 * 12, np.float32), VoiceCount()).turns == ()


def test_folder_without_a_pipeline(tmp_path: Path, phone_call: Samples) -> None:
    """A folder that holds no pipeline is named as the trouble, without its path."""
    with pytest.raises(EngineUnavailableError) as caught:
        WhisperXDiarizer(str(tmp_path), "cpu").diarize(phone_call, VoiceCount())

    assert str(tmp_path) not in str(caught.value)
