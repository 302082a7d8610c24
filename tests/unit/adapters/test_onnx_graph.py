"""Graphs written for ONNX Runtime, run by it."""

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
import pytest

from pipeline.adapters.speech.onnx_graph import MICROSOFT, Graph


def _run(graph: Graph, output: tuple[type, int], **inputs: np.ndarray) -> np.ndarray:
    shapes = {name: (values.dtype.type, values.ndim) for name, values in inputs.items()}
    model = graph.model(shapes, {"made": output})
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    made: np.ndarray = session.run(["made"], inputs)[0]
    return made


def test_constants_and_inputs_of_any_size() -> None:
    """A constant is added to an input whose size the graph does not know."""
    graph = Graph()
    graph.node("Add", ["given", graph.tensor("constant", np.array([1.0, 2.0], dtype=np.float32))], "made")

    assert _run(graph, (np.float32, 2), given=np.ones((3, 2), dtype=np.float32)).tolist() == [[2.0, 3.0]] * 3


@pytest.mark.parametrize("axis", [0, -1, 1])
def test_whole_numbers_below_nought_too(axis: int) -> None:
    """A whole number, negative or not, reaches the operator as an attribute."""
    graph = Graph()
    graph.node("Softmax", ["given"], "made", axis=axis)
    given = np.array([[0.0, 1.0], [2.0, 0.0]], dtype=np.float32)

    assert np.allclose(_run(graph, (np.float32, 2), given=given).sum(axis=axis), 1.0)


def test_lists_of_numbers() -> None:
    """A list reaches the operator as an attribute."""
    graph = Graph()
    graph.node("Transpose", ["given"], "made", perm=(1, 0))

    assert _run(graph, (np.float32, 2), given=np.zeros((300, 2), dtype=np.float32)).shape == (2, 300)


def test_broken_numbers_and_operators_of_the_runtimes_own() -> None:
    """An operator of ONNX Runtime's own is found by its domain, and is given a broken number."""
    graph = Graph()
    graph.node(f"{MICROSOFT}:QuickGelu", ["given"], "made", alpha=1.0)
    given = np.array([2.0], dtype=np.float32)

    assert np.allclose(_run(graph, (np.float32, 1), given=given), given / (1 + np.exp(-given)), atol=1e-6)
