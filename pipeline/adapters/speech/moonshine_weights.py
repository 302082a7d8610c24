"""The weights of Moonshine's encoder and decoder, read out of the graphs that the moonshine-voice wheel carries.

The graphs are in ONNX Runtime's own format, whose reader comes with ONNX Runtime. Their matrices are in eight bits,
each with one scale and one zero point, under numbers; the nodes that use them say where in the network they belong.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.diarization.weights import weights_in

_KINDS = {1: np.float32, 2: np.uint8}
# Vectors have one dimension, the kernels of convolutions three; what has two is a matrix, in eight bits.
_UNQUANTIZED = (1, 3)
_GRAPH = 5  # the type of an attribute that holds a graph
_PLAIN = re.compile(r"model\.decoder\.(.+)_merged_0|((?:conv|layer).+?)(?:_add_tensor)?")
_PLACE = re.compile(r"/(?:model/decoder/)?(layers\.\d+/\w+/\w+)/(?:MatMul|Add)_output_0")
_LEVELLED = re.compile(r"/(groupnorm/\w+)_output_0")
_QUANTIZED = "_quantized"
#: The matrix that makes logits of what the last layer found, and the one that makes vectors of tokens.
LOGITS, EMBEDDING = "logits", "embed_tokens.weight"
#: What the first filters are multiplied by after they were brought to one mean and width, and what is added.
SPREAD, CENTRE = "groupnorm.Mul", "groupnorm.Add"


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix in eight bits, shape (from, to), and the scale and zero point of each column."""

    values: NDArray[np.uint8] = field(repr=False)
    scale: NDArray[np.float32] = field(repr=False)
    zero: NDArray[np.uint8] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Weights:
    """What the network has learned, by the names of the published network."""

    matrices: dict[str, Matrix] = field(repr=False)
    #: Vectors, and the kernels of convolutions.
    vectors: dict[str, NDArray[np.float32]] = field(repr=False)

    def beside(self, names: Sequence[str]) -> Matrix:
        """Return matrices that are given the same vector as one."""
        parts = [self.matrices[name] for name in names]
        return Matrix(
            np.concatenate([part.values for part in parts], axis=1),
            np.concatenate([part.scale for part in parts]),
            np.concatenate([part.zero for part in parts]),
        )


def read_decoder(path: Path) -> Weights:
    """Return the weights of a decoder's graph."""
    graph = _graph(path.read_bytes())
    stored = _stored(graph)
    keys = {**dict(_places(graph)), EMBEDDING: f"model.decoder.{EMBEDDING}_merged_0"}
    return Weights({name: _matrix(stored, key) for name, key in keys.items()}, dict(_vectors(stored)))


def read_encoder(path: Path) -> Weights:
    """Return the weights of an encoder's graph."""
    graph = _graph(path.read_bytes())
    stored = _stored(graph)
    levelling = {name: _array(stored[key]) for name, key in _levelling(graph) if key in stored}
    matrices = {name: _matrix(stored, key) for name, key in _places(graph)}
    return Weights(matrices, {**dict(_vectors(stored)), **levelling})


def _stored(graph: Any) -> dict[str, Any]:  # noqa: ANN401 - the reader has no types
    return {tensor.Name().decode(): tensor for tensor in _each(graph, "Initializers") if tensor.DataType() in _KINDS}


def _vectors(stored: dict[str, Any]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for name, tensor in stored.items():
        plain = _PLAIN.fullmatch(name)
        if plain and tensor.DimsLength() in _UNQUANTIZED:
            yield plain[1] or plain[2], _array(tensor)


def _levelling(graph: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - as above
    """Yield the name and key of what comes after the first filters were brought to one mean and width."""
    for node in _each(graph, "Nodes"):
        place = _LEVELLED.fullmatch(node.Outputs(0).decode())
        if place and node.InputsLength() > 1:
            yield place[1].replace("/", "."), node.Inputs(1).decode()


def _places(graph: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - as above
    """Yield the name of each matrix and the key under which it is stored, of the graph and its branches."""
    for node in _each(graph, "Nodes"):
        for attribute in _each(node, "Attributes"):
            if attribute.Type() == _GRAPH:
                yield from _places(attribute.G())
        made = node.Outputs(0).decode()
        used = [node.Inputs(at).decode() for at in range(node.InputsLength())]
        matrix = next((name for name in used if name.startswith("onnx::MatMul") and name.endswith(_QUANTIZED)), "")
        place = _PLACE.fullmatch(made)
        if matrix and (place or made == LOGITS):
            yield place[1].replace("/", ".") if place else LOGITS, matrix.removesuffix(_QUANTIZED)


def _matrix(stored: dict[str, Any], key: str) -> Matrix:
    values = _array(stored[key + _QUANTIZED])
    scale, zero = _array(stored[f"{key}_scale"]), _array(stored[f"{key}_zero_point"])
    return Matrix(values, np.full(values.shape[1], scale), np.full(values.shape[1], zero))


def _array(tensor: Any) -> NDArray[Any]:  # noqa: ANN401 - as above
    shape = [tensor.Dims(at) for at in range(tensor.DimsLength())]
    return np.frombuffer(tensor.RawDataAsNumpy().tobytes(), _KINDS[tensor.DataType()]).reshape(shape)


def _each(holder: Any, what: str) -> Iterator[Any]:  # noqa: ANN401 - as above
    return map(getattr(holder, what), range(getattr(holder, f"{what}Length")()))


def _graph(packed: bytes) -> Any:  # noqa: ANN401 - as above
    # The reader's modules import each other from here; the package that would say so brings PyTorch along.
    sys.path.append(str(weights_in("onnxruntime", "onnxruntime", "tools", "ort_format_model", "__init__.py").parent))
    session = import_module("ort_flatbuffers_py.fbs.InferenceSession").InferenceSession
    return session.GetRootAs(packed, 0).Model().Graph()
