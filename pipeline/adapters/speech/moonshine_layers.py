"""What the layers of Moonshine's encoder and decoder have in common, as nodes of a graph of our own."""

from collections.abc import Sequence

import numpy as np

from pipeline.adapters.speech.moonshine_weights import Matrix, Weights
from pipeline.adapters.speech.onnx_graph import MICROSOFT, Graph

LAYERS, HEADS, WIDTH = 6, 8, 288
HEAD = WIDTH // HEADS
# Nine tenths of a head are turned by a token's or frame's place, in pairs.
_TURNED, _BASE = 32, 10_000.0


class Layers:
    """Puts nodes together; each method returns the name of what its nodes make."""

    def __init__(self, weights: Weights, longest: int) -> None:
        self._weights = weights
        self.graph = Graph()
        self.graph.tensor("nothing", np.zeros(WIDTH, dtype=np.float32))
        turns = np.outer(np.arange(longest), _BASE ** (-np.arange(0, _TURNED, 2) / _TURNED))
        self.graph.tensor("cosines", np.cos(turns).astype(np.float32))
        self.graph.tensor("sines", np.sin(turns).astype(np.float32))
        self.graph.tensor("into two", np.array([WIDTH, WIDTH], dtype=np.int64))
        self.graph.tensor("and values", np.array([2 * WIDTH, WIDTH], dtype=np.int64))

    def normal(self, found: str, weight: str, output: str = "") -> str:
        """Bring each vector to one mean and width."""
        inputs = [found, self.vector(weight), "nothing"]
        return self.graph.node("LayerNormalization", inputs, output or f"{weight}.normal", epsilon=1e-5)

    def product(self, found: str, names: Sequence[str], output: str = "", bias: str = "") -> str:
        """Multiply by one or more matrices at once."""
        matrix, name = self._weights.beside(names), names[0]
        scale, zero = self.scale(name, matrix)
        added = self.vector(bias) if bias else ""
        inputs = [found, self.graph.tensor(f"{name}.values", matrix.values), scale, zero, added]
        return self.graph.node(f"{MICROSOFT}:DynamicQuantizeMatMul", inputs, output or f"{name}.product")

    def sum(self, one: str, other: str) -> str:
        """Add two."""
        return self.graph.node("Add", [one, other], f"{other}.sum")

    def turned(self, name: str, found: str, place: str) -> tuple[str, str, str]:
        """Return queries, keys and values; the first two turned by their place, counted from ``place`` on."""
        together = self.product(found, [f"{name}.{part}_proj" for part in "qkv"])
        both, values = f"{name}.both", f"{name}.values"
        self.graph.node("Split", [together, "and values"], [both, values], axis=2)
        turned = self.graph.node(
            f"{MICROSOFT}:RotaryEmbedding",
            [both, place, "cosines", "sines"],
            f"{name}.turned",
            interleaved=1,
            num_heads=2 * HEADS,
            rotary_embedding_dim=_TURNED,
        )
        queries, keys = f"{name}.queries", f"{name}.keys"
        self.graph.node("Split", [turned, "into two"], [queries, keys], axis=2)
        return queries, keys, values

    def vector(self, name: str) -> str:
        """Keep a vector or kernel."""
        return self.graph.tensor(name, self._weights.vectors[name])

    def scale(self, name: str, matrix: Matrix) -> tuple[str, str]:
        """Keep scale and zero point of a matrix."""
        return self.graph.tensor(f"{name}.scale", matrix.scale), self.graph.tensor(f"{name}.zero", matrix.zero)
