"""The encoder of the Moonshine network as a graph of our own, made of the weights of the wheel's graph.

The wheel's graph adds a mask to every attention, also where there is nothing to mask, and each step of it writes out
what all frames make of all others. A piece is encoded by itself, so none is needed here: docs/decisions/0017.
"""

from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_layers import HEADS, LAYERS, Layers
from pipeline.adapters.speech.moonshine_weights import CENTRE, SPREAD, Weights
from pipeline.adapters.speech.onnx_graph import MICROSOFT
from pipeline.ports import Samples

# About 41 frames a second: more than any piece has.
_MOST_FRAMES = 4_096
_ENCODED = "encoded"


class Encoder:
    """Turns the sound of a piece into frames; safe to call from several threads."""

    def __init__(self, weights: Weights, settings: onnxruntime.SessionOptions) -> None:
        self._session = onnxruntime.InferenceSession(
            encoding_graph(weights), settings, providers=["CPUExecutionProvider"]
        )

    def encode(self, piece: Samples) -> NDArray[np.float32]:
        """Return the frames of a piece, shape (frames, 288).

        One piece at a time: a batch gains nothing.
        """
        found: Any = self._session.run([_ENCODED], {"sound": piece[None, None]})
        encoded: NDArray[np.float32] = found[0][0]
        return encoded


def encoding_graph(weights: Weights) -> bytes:
    """Return the graph that makes frames of sound."""
    maker = _Maker(weights, _MOST_FRAMES)
    found = maker.filtered("sound")
    for layer in range(LAYERS):
        found = maker.layer(f"layers.{layer}", found)
    maker.normal(found, "layer_norm.weight", _ENCODED)
    return maker.graph.model({"sound": (np.float32, 3)}, {_ENCODED: (np.float32, 3)})


class _Maker(Layers):
    """Puts an encoder's nodes together."""

    def filtered(self, sound: str) -> str:
        """Add the three convolutions; the first one's filters are brought to one mean and width, all as one."""
        self.graph.tensor("as one", np.array([0, 1, -1], dtype=np.int64))
        self.graph.tensor("one", np.ones(1, dtype=np.float32))
        self.graph.tensor("none", np.zeros(1, dtype=np.float32))
        self.graph.tensor("place", np.zeros(1, dtype=np.int64))
        heard = self.graph.node("Tanh", [self._convolved(sound, "conv1", 64, bias=False)], "heard")
        flat = self.graph.node("Reshape", [heard, "as one"], "flat")
        levelled = self.graph.node("InstanceNormalization", [flat, "one", "none"], "levelled", epsilon=1e-5)
        shape = self.graph.node("Shape", [heard], "shape")
        apart = self.graph.node("Reshape", [levelled, shape], "apart")
        spread = self.graph.node("Mul", [apart, self.vector(SPREAD)], "spread")
        found = self.graph.node("Add", [spread, self.vector(CENTRE)], "centred")
        for name, stride in (("conv2", 3), ("conv3", 2)):
            found = self._opened(self._convolved(found, name, stride))
        return self.graph.node("Transpose", [found], "frames", perm=(0, 2, 1))

    def layer(self, name: str, found: str) -> str:
        """Add a layer: every frame in the light of all, then each by itself."""
        inputs = self.turned(f"{name}.self_attn", self.normal(found, f"{name}.input_layernorm.weight"), "place")
        attended = self.graph.node(
            f"{MICROSOFT}:MultiHeadAttention", inputs, f"{name}.self_attn.attended", num_heads=HEADS
        )
        found = self.sum(found, self.product(attended, [f"{name}.self_attn.o_proj"]))
        normal = self.normal(found, f"{name}.post_attention_layernorm.weight")
        wide = self._opened(self.product(normal, [f"{name}.mlp.fc1"], bias=f"{name}.mlp.fc1.bias"))
        return self.sum(found, self.product(wide, [f"{name}.mlp.fc2"], bias=f"{name}.mlp.fc2.bias"))

    def _convolved(self, found: str, name: str, stride: int, *, bias: bool = True) -> str:
        inputs = [found, self.vector(f"{name}.weight"), *([self.vector(f"{name}.bias")] if bias else [])]
        return self.graph.node("Conv", inputs, f"{name}.convolved", strides=(stride,))

    def _opened(self, found: str) -> str:
        return self.graph.node(f"{MICROSOFT}:Gelu", [found], f"{found}.opened")
