"""The decoder of the Moonshine network as graphs of our own, made of the weights of the wheel's graph.

The wheel's graph pads and copies what was encoded, in every layer for every token, and spends most of its 440 nodes a
step on shapes: more than two thirds of its time. Here what a piece holds is projected once and kept where it lies:
docs/decisions/0017.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_layers import HEAD, HEADS, LAYERS, WIDTH, Layers
from pipeline.adapters.speech.moonshine_weights import EMBEDDING, LOGITS, Matrix, Weights
from pipeline.adapters.speech.onnx_graph import MICROSOFT

_MOST_TOKENS = 512
Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

_FLOATS, _IDS, _FLAGS = np.float32, np.int64, np.int32
_SIDES = ("key", "value")
_PAST = [f"past.{layer}.{side}" for layer in range(LAYERS) for side in _SIDES]
_PRESENT = [f"present.{layer}.{side}" for layer in range(LAYERS) for side in _SIDES]
_HELD = [f"held.{layer}.{side}" for layer in range(LAYERS) for side in _SIDES]


@dataclass(slots=True)
class Attended:
    """What a batch of pieces holds, projected for each layer, and the tokens that were given of it so far."""

    held: dict[str, Any] = field(repr=False)
    past: dict[str, Any] = field(repr=False)
    length: int = 0

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Let go of all pieces but these."""
        for kept in (self.held, self.past):
            kept.update({name: _value(value.numpy()[rows]) for name, value in kept.items()})


class Decoder:
    """Says how likely each token is to follow; safe to call from several threads."""

    def __init__(self, weights: Weights, settings: onnxruntime.SessionOptions) -> None:
        graphs = (holding_graph(weights), following_graph(weights))
        self._holding, self._following = (
            onnxruntime.InferenceSession(graph, settings, providers=["CPUExecutionProvider"]) for graph in graphs
        )

    def attend(self, encoded: Sequence[Floats]) -> Attended:
        """Return encoded pieces of several lengths, shape (frames, 288) each, as one batch."""
        longest = max(len(frames) for frames in encoded)
        together = np.zeros((len(encoded), longest, WIDTH), dtype=_FLOATS)
        heard = np.zeros((len(encoded), longest), dtype=_FLAGS)
        for row, frames in enumerate(encoded):
            together[row, : len(frames)] = frames
            heard[row, : len(frames)] = 1
        held = self._holding.run_with_ort_values(_HELD, {"encoded": _value(together)})
        nothing = np.zeros((len(encoded), HEADS, 0, HEAD), dtype=_FLOATS)
        return Attended(
            {"heard": _value(heard), **dict(zip(_HELD, held, strict=True))},
            {name: _value(nothing) for name in _PAST},
        )

    def follow(self, attended: Attended, given: Ids) -> Floats:
        """Return the logits after each given token, shape (pieces, tokens, words), and keep the tokens in mind."""
        feed = {"given": _value(given), "place": _value(np.array([attended.length])), **attended.held, **attended.past}
        # Values of the library's own: as arrays, what a piece holds would be copied at every step.
        logits, *present = self._following.run_with_ort_values([LOGITS, *_PRESENT], feed)
        attended.past = dict(zip(_PAST, present, strict=True))
        attended.length += given.shape[1]
        found: Floats = logits.numpy()
        return found


def _value(values: NDArray[Any]) -> Any:  # noqa: ANN401 - the library ships no types
    # The library takes the memory as it lies, and minds no strides.
    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(values))


def holding_graph(weights: Weights) -> bytes:
    """Return the graph that projects what was encoded to the keys and values of each layer."""
    maker = _Maker(weights, _MOST_TOKENS)
    maker.graph.tensor("by heads", np.array([0, 0, HEADS, HEAD], dtype=_IDS))
    for layer in range(LAYERS):
        for side in _SIDES:
            name = f"layers.{layer}.encoder_attn.{side[0]}_proj"
            apart = maker.graph.node("Reshape", [maker.product("encoded", (name,)), "by heads"], f"{name}.apart")
            maker.graph.node("Transpose", [apart], f"held.{layer}.{side}", perm=(0, 2, 1, 3))
    return maker.graph.model({"encoded": (_FLOATS, 3)}, dict.fromkeys(_HELD, (_FLOATS, 4)))


def following_graph(weights: Weights) -> bytes:
    """Return the graph that makes logits of given tokens, those before them, and what a piece holds."""
    maker = _Maker(weights, _MOST_TOKENS)
    found = maker.embedded("given")
    for layer in range(LAYERS):
        found = maker.layer(f"layers.{layer}", str(layer), found)
    maker.product(maker.normal(found, "norm.weight"), (LOGITS,), LOGITS)
    inputs = {
        "given": (_IDS, 2),
        "place": (_IDS, 1),
        "heard": (_FLAGS, 2),
        **dict.fromkeys([*_PAST, *_HELD], (_FLOATS, 4)),
    }
    return maker.graph.model(inputs, {LOGITS: (_FLOATS, 3), **dict.fromkeys(_PRESENT, (_FLOATS, 4))})


class _Maker(Layers):
    """Puts a decoder's nodes together."""

    def embedded(self, given: str) -> str:
        """Make vectors of tokens."""
        matrix = self._weights.matrices[EMBEDDING]
        rows = self.graph.node("Gather", [self.graph.tensor(EMBEDDING, matrix.values), given], "rows")
        scale, zero = self.scale(EMBEDDING, Matrix(matrix.values, matrix.scale[0], matrix.zero[0]))
        return self.graph.node("DequantizeLinear", [rows, scale, zero], "embedded")

    def layer(self, name: str, number: str, found: str) -> str:
        """Add a layer: the tokens so far, then what the piece holds, then each token by itself."""
        told = self._self_attention(f"{name}.self_attn", number, self.normal(found, f"{name}.input_layernorm.weight"))
        found = self.sum(found, told)
        heard = self._cross_attention(
            f"{name}.encoder_attn", number, self.normal(found, f"{name}.post_attention_layernorm.weight")
        )
        found = self.sum(found, heard)
        return self.sum(found, self._gated(f"{name}.mlp", self.normal(found, f"{name}.final_layernorm.weight")))

    def _self_attention(self, name: str, number: str, found: str) -> str:
        past, present = [f"past.{number}.{side}" for side in _SIDES], [f"present.{number}.{side}" for side in _SIDES]
        attended = self.graph.node(
            f"{MICROSOFT}:MultiHeadAttention",
            [*self.turned(name, found, "place"), "", "", "", *past],
            [f"{name}.attended", *present],
            num_heads=HEADS,
            unidirectional=1,
        )
        return self.product(attended, [f"{name}.o_proj"])

    def _cross_attention(self, name: str, number: str, found: str) -> str:
        held = [f"held.{number}.{side}" for side in _SIDES]
        attended = self.graph.node(
            f"{MICROSOFT}:MultiHeadAttention",
            [self.product(found, [f"{name}.q_proj"]), *held, "", "heard"],
            f"{name}.attended",
            num_heads=HEADS,
        )
        return self.product(attended, [f"{name}.o_proj"])

    def _gated(self, name: str, found: str) -> str:
        wide, gate = f"{name}.wide", f"{name}.gate"
        self.graph.node("Split", [self.product(found, [f"{name}.fc1"], bias=f"{name}.fc1.bias")], [wide, gate], axis=2)
        opened = self.graph.node(f"{MICROSOFT}:QuickGelu", [gate], f"{name}.opened", alpha=1.0)
        kept = self.graph.node("Mul", [opened, wide], f"{name}.kept")
        return self.product(kept, [f"{name}.fc2"], bias=f"{name}.fc2.bias")
