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

from pipeline.adapters.speech.moonshine_weights import EMBEDDING, LOGITS, Matrix, Weights
from pipeline.adapters.speech.onnx_graph import MICROSOFT, Graph

_LAYERS, _HEADS, _WIDTH = 6, 8, 288
_HEAD = _WIDTH // _HEADS
# Nine tenths of a head are turned by a token's place, in pairs.
_TURNED, _BASE = 32, 10_000.0
_MOST_TOKENS = 512
Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

_FLOATS, _IDS, _FLAGS = np.float32, np.int64, np.int32
_SIDES = ("key", "value")
_PAST = [f"past.{layer}.{side}" for layer in range(_LAYERS) for side in _SIDES]
_PRESENT = [f"present.{layer}.{side}" for layer in range(_LAYERS) for side in _SIDES]
_HELD = [f"held.{layer}.{side}" for layer in range(_LAYERS) for side in _SIDES]


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
        together = np.zeros((len(encoded), longest, _WIDTH), dtype=_FLOATS)
        heard = np.zeros((len(encoded), longest), dtype=_FLAGS)
        for row, frames in enumerate(encoded):
            together[row, : len(frames)] = frames
            heard[row, : len(frames)] = 1
        held = self._holding.run_with_ort_values(_HELD, {"encoded": _value(together)})
        nothing = np.zeros((len(encoded), _HEADS, 0, _HEAD), dtype=_FLOATS)
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
    maker = _Maker(weights)
    maker.graph.tensor("by heads", np.array([0, 0, _HEADS, _HEAD], dtype=_IDS))
    for layer in range(_LAYERS):
        for side in _SIDES:
            name = f"layers.{layer}.encoder_attn.{side[0]}_proj"
            apart = maker.graph.node("Reshape", [maker.product("encoded", (name,)), "by heads"], f"{name}.apart")
            maker.graph.node("Transpose", [apart], f"held.{layer}.{side}", perm=(0, 2, 1, 3))
    return maker.graph.model({"encoded": (_FLOATS, 3)}, dict.fromkeys(_HELD, (_FLOATS, 4)))


def following_graph(weights: Weights) -> bytes:
    """Return the graph that makes logits of given tokens, those before them, and what a piece holds."""
    maker = _Maker(weights)
    turns = np.outer(np.arange(_MOST_TOKENS), _BASE ** (-np.arange(0, _TURNED, 2) / _TURNED))
    maker.graph.tensor("cosines", np.cos(turns).astype(_FLOATS))
    maker.graph.tensor("sines", np.sin(turns).astype(_FLOATS))
    maker.graph.tensor("into two", np.array([_WIDTH, _WIDTH], dtype=_IDS))
    maker.graph.tensor("and values", np.array([2 * _WIDTH, _WIDTH], dtype=_IDS))
    found = maker.embedded("given")
    for layer in range(_LAYERS):
        found = maker.layer(f"layers.{layer}", str(layer), found)
    maker.product(maker.normal(found, "norm.weight"), (LOGITS,), LOGITS)
    inputs = {
        "given": (_IDS, 2),
        "place": (_IDS, 1),
        "heard": (_FLAGS, 2),
        **dict.fromkeys([*_PAST, *_HELD], (_FLOATS, 4)),
    }
    return maker.graph.model(inputs, {LOGITS: (_FLOATS, 3), **dict.fromkeys(_PRESENT, (_FLOATS, 4))})


class _Maker:
    """Puts a decoder's nodes together; each part returns the name of what it makes."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.graph = Graph()
        self.graph.tensor("nothing", np.zeros(_WIDTH, dtype=_FLOATS))

    def embedded(self, given: str) -> str:
        matrix = self._weights.matrices[EMBEDDING]
        rows = self.graph.node("Gather", [self.graph.tensor(EMBEDDING, matrix.values), given], "rows")
        scale, zero = self._scale(EMBEDDING, Matrix(matrix.values, matrix.scale[0], matrix.zero[0]))
        return self.graph.node("DequantizeLinear", [rows, scale, zero], "embedded")

    def layer(self, name: str, number: str, found: str) -> str:
        """Add a layer: the tokens so far, then what the piece holds, then each token by itself."""
        told = self._self_attention(f"{name}.self_attn", number, self.normal(found, f"{name}.input_layernorm.weight"))
        found = self._sum(found, told)
        heard = self._cross_attention(
            f"{name}.encoder_attn", number, self.normal(found, f"{name}.post_attention_layernorm.weight")
        )
        found = self._sum(found, heard)
        return self._sum(found, self._gated(f"{name}.mlp", self.normal(found, f"{name}.final_layernorm.weight")))

    def normal(self, found: str, weight: str) -> str:
        scale = self.graph.tensor(weight, self._weights.vectors[weight])
        return self.graph.node("LayerNormalization", [found, scale, "nothing"], f"{weight}.normal", epsilon=1e-5)

    def product(self, found: str, names: Sequence[str], output: str = "", bias: str = "") -> str:
        """Multiply by one or more matrices at once."""
        matrix, name = self._weights.beside(names), names[0]
        scale, zero = self._scale(name, matrix)
        added = self.graph.tensor(bias, self._weights.vectors[bias]) if bias else ""
        inputs = [found, self.graph.tensor(f"{name}.values", matrix.values), scale, zero, added]
        return self.graph.node(f"{MICROSOFT}:DynamicQuantizeMatMul", inputs, output or f"{name}.product")

    def _scale(self, name: str, matrix: Matrix) -> tuple[str, str]:
        return self.graph.tensor(f"{name}.scale", matrix.scale), self.graph.tensor(f"{name}.zero", matrix.zero)

    def _sum(self, one: str, other: str) -> str:
        return self.graph.node("Add", [one, other], f"{other}.sum")

    def _self_attention(self, name: str, number: str, found: str) -> str:
        together = self.product(found, [f"{name}.{part}_proj" for part in "qkv"])
        both, values = f"{name}.both", f"{name}.values"
        self.graph.node("Split", [together, "and values"], [both, values], axis=2)
        turned = self.graph.node(
            f"{MICROSOFT}:RotaryEmbedding",
            [both, "place", "cosines", "sines"],
            f"{name}.turned",
            interleaved=1,
            num_heads=2 * _HEADS,
            rotary_embedding_dim=_TURNED,
        )
        queries, keys = f"{name}.queries", f"{name}.keys"
        self.graph.node("Split", [turned, "into two"], [queries, keys], axis=2)
        past, present = [f"past.{number}.{side}" for side in _SIDES], [f"present.{number}.{side}" for side in _SIDES]
        attended = self.graph.node(
            f"{MICROSOFT}:MultiHeadAttention",
            [queries, keys, values, "", "", "", *past],
            [f"{name}.attended", *present],
            num_heads=_HEADS,
            unidirectional=1,
        )
        return self.product(attended, [f"{name}.o_proj"])

    def _cross_attention(self, name: str, number: str, found: str) -> str:
        held = [f"held.{number}.{side}" for side in _SIDES]
        attended = self.graph.node(
            f"{MICROSOFT}:MultiHeadAttention",
            [self.product(found, [f"{name}.q_proj"]), *held, "", "heard"],
            f"{name}.attended",
            num_heads=_HEADS,
        )
        return self.product(attended, [f"{name}.o_proj"])

    def _gated(self, name: str, found: str) -> str:
        wide, gate = f"{name}.wide", f"{name}.gate"
        self.graph.node("Split", [self.product(found, [f"{name}.fc1"], bias=f"{name}.fc1.bias")], [wide, gate], axis=2)
        opened = self.graph.node(f"{MICROSOFT}:QuickGelu", [gate], f"{name}.opened", alpha=1.0)
        kept = self.graph.node("Mul", [opened, wide], f"{name}.kept")
        return self.product(kept, [f"{name}.fc2"], bias=f"{name}.fc2.bias")
