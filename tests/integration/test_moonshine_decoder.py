"""The recognizer's decoder, put together from the wheel's weights, beside the wheel's own graph."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
import pytest
from numpy.typing import NDArray

from pipeline.adapters.diarization.weights import weights_in
from pipeline.adapters.speech.moonshine_decoder import Decoder
from pipeline.adapters.speech.moonshine_weights import read_decoder

pytestmark = pytest.mark.models

_FRAMES = (60, 45)
_TOKENS = np.array([[1, 306, 1827, 29892, 2041], [1, 3674, 29892, 1434, 591]])
_STRIDE = 384
_ROUNDING, _FLIPPED = 1e-3, 0.5


@pytest.fixture(scope="module")
def settings() -> onnxruntime.SessionOptions:
    """Return settings that say nothing of what the wheel's graph lacks."""
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    return settings


@pytest.fixture(scope="module")
def decoder(settings: onnxruntime.SessionOptions) -> Decoder:
    """Return the decoder with the wheel's weights."""
    return Decoder(read_decoder(_graph()), settings)


@pytest.fixture(scope="module")
def encoded() -> list[NDArray[np.float32]]:
    """Return two pieces of different lengths, as an encoder might have left them."""
    chance = np.random.default_rng(3)
    return [chance.standard_normal((frames, 288)).astype(np.float32) for frames in _FRAMES]


@dataclass
class _Wheel:
    """The wheel's own graph, given tokens a few at a time."""

    session: onnxruntime.InferenceSession
    encoded: list[NDArray[np.float32]]
    past: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def follow(self, given: NDArray[np.int64]) -> NDArray[np.float32]:
        longest = max(_FRAMES)
        names = [one.name for one in self.session.get_inputs() if one.name.startswith("past")]
        mask = np.array([[1] * len(one) + [0] * (longest - len(one)) for one in self.encoded]).repeat(_STRIDE, axis=1)
        hidden = np.stack([np.pad(one, ((0, longest - len(one)), (0, 0))) for one in self.encoded])
        nothing = {name: np.zeros((len(self.encoded), 8, 0, 36), dtype=np.float32) for name in names}
        feed = {"encoder_attention_mask": mask, "encoder_hidden_states": hidden, "input_ids": given}
        feed |= {"use_cache_branch": np.array([bool(self.past)]), **(self.past or nothing)}
        presents = [name.replace("past_key_values", "present") for name in names]
        logits, *present = self.session.run(["logits", *presents], feed)
        held = {name: kept for name, kept in self.past.items() if "encoder" in name}
        self.past = {**dict(zip(names, present, strict=True)), **held}
        return np.asarray(logits, dtype=np.float32)


@pytest.fixture
def wheel(settings: onnxruntime.SessionOptions, encoded: list[NDArray[np.float32]]) -> _Wheel:
    """Return the wheel's own graph, the pieces in front of it."""
    return _Wheel(onnxruntime.InferenceSession(str(_graph()), settings, providers=["CPUExecutionProvider"]), encoded)


def test_same_logits_as_the_wheels_graph(decoder: Decoder, encoded: list[NDArray[np.float32]], wheel: _Wheel) -> None:
    """Tokens given at once have the logits of the wheel's graph, for pieces of different lengths."""
    found = decoder.follow(decoder.attend(encoded), _TOKENS)

    # A number on the edge between two steps of the quantization may fall to either side.
    assert np.abs(found - wheel.follow(_TOKENS)).max() < _FLIPPED


def test_one_token_after_another(decoder: Decoder, encoded: list[NDArray[np.float32]], wheel: _Wheel) -> None:
    """Tokens given one by one have the logits that the wheel's graph gives them one by one."""
    attended = decoder.attend(encoded)

    for token in _TOKENS.T[:, :, None]:
        assert np.abs(decoder.follow(attended, token) - wheel.follow(token)).max() < _ROUNDING


def test_a_piece_goes_on_without_another(decoder: Decoder, encoded: list[NDArray[np.float32]]) -> None:
    """A piece has the same logits after another like it was let go."""
    kept, both = decoder.attend(encoded[:1] * 2), decoder.attend(encoded[:1] * 2)
    for attended in (kept, both):
        decoder.follow(attended, _TOKENS[[0, 0], :3])

    kept.keep(np.array([False, True]))

    found, wanted = decoder.follow(kept, _TOKENS[:1, 3:4]), decoder.follow(both, _TOKENS[[0, 0], 3:4])
    assert np.abs(found - wanted[1:]).max() < _ROUNDING


def _graph() -> Path:
    return weights_in("moonshine-voice", "moonshine_voice", "assets", "tiny-en", "decoder_model_merged.ort")
