"""The house rules for tests."""

import ast
import re
from collections.abc import Iterator

from tests.sources import functions, sources

_SECOND_SENTENCE = re.compile(r"[.!?][\s\"'`)]+[A-Z]")


def stated() -> Iterator[tuple[str, str]]:
    """Yield every test with its docstring."""
    for source in sources():
        if source.package == "tests" and source.path.rsplit("/", 1)[-1].startswith("test_"):
            for node in functions(source):
                if node.name.startswith("test_"):
                    yield f"{source.path}::{node.name}", ast.get_docstring(node) or ""


def test_every_test_states_a_behaviour() -> None:
    """Every test has a docstring."""
    assert [name for name, docstring in stated() if not docstring] == []


def test_a_behaviour_is_one_sentence() -> None:
    """A test's docstring is one sentence that ends with a full stop."""
    long = [name for name, said in stated() if said and (not said.endswith(".") or _SECOND_SENTENCE.search(said))]

    assert long == []


def test_every_test_can_fail() -> None:
    """A test asserts something, expects an error or a warning, or runs a state machine that asserts."""
    idle = [
        f"{source.path}::{node.name}"
        for source in sources()
        if source.package == "tests"
        for node in functions(source)
        if node.name.startswith("test_")
        and not re.search(r"\bassert\b|\.raises\(|\.warns\(|\.fail\(|run_state_machine_as_test\(", ast.unparse(node))
    ]

    assert idle == []


def test_names_leave_out_that() -> None:
    """A test's name is the behaviour and does not start with ``test_that``."""
    assert [name for name, _ in stated() if "::test_that_" in name] == []
