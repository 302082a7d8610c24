"""The house rules for code that no linter knows."""

import ast
import re
import statistics
from collections.abc import Iterator

from tests.sources import Source, calls, functions, product, sources

_EVENT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LOGGER = re.compile(r"(_?log|_?logger|structlog\.get_logger\(.*\))\.(debug|info|warning|error|exception|critical)")
_ENVIRONMENT = re.compile(r"\bos\.(environb?|getenvb?|putenv)\b")
#: Where a test may read the environment: the servers' own support, and the child that reports what it sees.
_TEST_ENVIRONMENT = ("tests/servers/", "tests/programs/", "tests/conftest.py", "tests/e2e/")
_CLOCK = re.compile(r"(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime)")
_MARK = re.compile(r"#\s*(noqa\b|type:\s*ignore\b)")
_NAMED = re.compile(r"#\s*(noqa: [A-Z]+[0-9]+|type:\s*ignore\[[a-z-]+)")
_REASONED = re.compile(r"#\s*(noqa: [A-Z0-9, ]+(-|#)|type:\s*ignore\[[a-z, -]+\]\s+#)\s*\S")


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's length without its docstring."""
    documented = ast.get_docstring(node) is not None
    docstring = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if documented else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def found(pattern: re.Pattern[str], among: Iterator[Source]) -> list[str]:
    """Return where the pattern stands."""
    return [f"{s.path}:{n}" for s in among for n, line in enumerate(s.text.splitlines(), 1) if pattern.search(line)]


def called(pattern: re.Pattern[str], among: Iterator[Source]) -> list[str]:
    """Return where something that fits the pattern is called."""
    return [f"{s.path}:{node.lineno}" for s in among for name, node in calls(s) if pattern.fullmatch(name)]


def imported(source: Source) -> Iterator[str]:
    """Yield the top of every module a file imports."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def test_only_commands_print() -> None:
    """Standard output belongs to the command line."""
    printing = called(re.compile("print|pprint"), (s for s in product() if s.package != "commands"))

    assert printing == []


def test_log_events_are_static_names() -> None:
    """A log event is a constant snake_case name, so that it can be counted and holds nothing of a session."""
    dynamic = [
        f"{source.path}:{node.lineno}"
        for source in product()
        for name, node in calls(source)
        if _LOGGER.fullmatch(name) and not is_event(node)
    ]

    assert dynamic == []


def is_event(node: ast.Call) -> bool:
    """Say whether a log call's one positional argument is a constant event name."""
    first = node.args[0] if len(node.args) == 1 else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and bool(_EVENT.fullmatch(first.value))


def test_there_is_one_clock() -> None:
    """The time of day is read where the clock is wired, and nowhere else."""
    reading = called(_CLOCK, product())

    assert {place.rsplit(":", 1)[0] for place in reading} <= {"config/wiring.py"}


def test_the_environment_is_read_in_one_place() -> None:
    """Settings come from config; nothing else of the product looks at the environment."""
    assert found(_ENVIRONMENT, (s for s in product() if s.package != "config")) == []


def test_tests_read_the_environment_in_one_place() -> None:
    """Tests look at the environment only where servers and programs are started."""
    tests = (s for s in sources() if s.package == "tests" and not s.path.startswith(_TEST_ENVIRONMENT))

    assert [place for place in found(_ENVIRONMENT, tests) if "test_house" not in place] == []


def test_only_workers_know_the_queue() -> None:
    """The workers import dramatiq, and nothing else of the product does."""
    importing = {s.path for s in product() if "dramatiq" in imported(s) and s.package != "workers"}

    assert importing == set()


def test_nothing_of_our_own_is_patched() -> None:
    """No test replaces a part from inside; a fake is handed in."""
    assert called(re.compile(r"(mock\.)?patch(\.object|\.dict)?|mocker\..*"), iter(sources())) == []
    assert (
        found(re.compile(r"^\s*(import|from) (unittest\.)?mock\b|^\s*from unittest import .*\bmock\b"), iter(sources()))
        == []
    )


def test_rooms_are_small() -> None:
    """No file of the product or of the tests passes 300 lines."""
    large = [s.path for s in sources() if s.text.count("\n") > 300]

    assert large == []


def test_functions_are_short() -> None:
    """The median function has at most 7 lines, nine in ten at most 22, none more than 50."""
    lengths = sorted(body_lines(node) for source in product() for node in functions(source))

    assert statistics.median(lengths) <= 7
    assert lengths[int(len(lengths) * 0.9)] <= 22
    assert lengths[-1] <= 50


def test_exceptions_to_a_linter_give_their_reason() -> None:
    """Every ``noqa`` and ``type: ignore`` names its rule, and says why on its line or just above."""
    bare = [
        f"{source.path}:{number}"
        for source in sources()
        if "test_house" not in source.path
        for number, line, above in with_lines_above(source)
        if _MARK.search(line) and not (_REASONED.search(line) or (_NAMED.search(line) and "# " in above))
    ]

    assert bare == []


def with_lines_above(source: Source) -> Iterator[tuple[int, str, str]]:
    """Yield each line with its number and the two lines above it."""
    lines = source.text.splitlines()
    yield from (
        (number, line, "\n".join(lines[max(0, number - 3) : number - 1])) for number, line in enumerate(lines, 1)
    )
