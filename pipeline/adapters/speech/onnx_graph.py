"""A graph for ONNX Runtime, written as the protocol buffer that it reads: no package that writes them is needed.

The field numbers are those of ONNX's onnx.proto, which never change.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: ONNX Runtime's own operators.
MICROSOFT = "com.microsoft"

_VERSION, _OPSET, _MICROSOFT_OPSET = 8, 17, 1
_KINDS = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int32): 6, np.dtype(np.int64): 7}
_FLOAT, _INT, _INTS = 1, 2, 7

Attribute = int | float | Sequence[int]


@dataclass(slots=True)
class Graph:
    """Nodes and tensors in the making; names are whatever the maker calls them."""

    nodes: list[bytes] = field(default_factory=list, repr=False)
    tensors: dict[str, bytes] = field(default_factory=dict, repr=False)

    def tensor(self, name: str, values: NDArray[Any]) -> str:
        """Keep a constant and return its name."""
        dims = b"".join(_number(1, size) for size in values.shape)
        kind = _number(2, _KINDS[values.dtype])
        self.tensors[name] = dims + kind + _text(8, name) + _bytes(9, np.ascontiguousarray(values).tobytes())
        return name

    def node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str] | str, **attributes: Attribute) -> str:
        """Add a node and return its first output; an operator of ONNX Runtime's own is named with its domain."""
        domain, _, name = operator.rpartition(":")
        names = [outputs] if isinstance(outputs, str) else outputs
        parts = [*(_text(1, one) for one in inputs), *(_text(2, one) for one in names), _text(4, name)]
        parts += [_bytes(5, _attribute(key, value)) for key, value in attributes.items()]
        self.nodes.append(b"".join([*parts, _text(7, domain)]))
        return names[0]

    def model(self, inputs: Mapping[str, tuple[type, int]], outputs: Mapping[str, tuple[type, int]]) -> bytes:
        """Return the model; inputs and outputs are given with their type and number of dimensions."""
        graph = [_bytes(1, node) for node in self.nodes] + [_text(2, "nightscribe")]
        graph += [_bytes(5, tensor) for tensor in self.tensors.values()]
        graph += [_bytes(11, _value(name, *shape)) for name, shape in inputs.items()]
        graph += [_bytes(12, _value(name, *shape)) for name, shape in outputs.items()]
        opsets = _bytes(8, _number(2, _OPSET)) + _bytes(8, _text(1, MICROSOFT) + _number(2, _MICROSOFT_OPSET))
        return _number(1, _VERSION) + _bytes(7, b"".join(graph)) + opsets


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _tag(2, 5) + struct.pack("<f", value) + _number(20, _FLOAT)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT)
    return _text(1, name) + b"".join(_number(8, one) for one in value) + _number(20, _INTS)


def _value(name: str, kind: type, dimensions: int) -> bytes:
    # Every dimension may be of any size: it is given a name of its own and no number.
    shape = b"".join(_bytes(1, _text(2, f"{name}.{place}")) for place in range(dimensions))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _KINDS[np.dtype(kind)]) + _bytes(2, shape)))


def _text(place: int, text: str) -> bytes:
    return _bytes(place, text.encode())


def _bytes(place: int, content: bytes) -> bytes:
    return _tag(place, 2) + _varint(len(content)) + content


def _number(place: int, number: int) -> bytes:
    return _tag(place, 0) + _varint(number)


def _tag(place: int, kind: int) -> bytes:
    return _varint(place << 3 | kind)


def _varint(number: int) -> bytes:
    number &= 0xFFFF_FFFF_FFFF_FFFF  # negative numbers are written in two's complement
    packed = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte, and one that says that more follow
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)
