"""Logs: JSON lines, allow-listed keys, nothing that anyone said."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from config.logging import configure_logging


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    earlier, level = root.handlers[:], root.level
    configure_logging("INFO")
    sink = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(sink)
    yield sink
    root.handlers[:] = earlier
    root.setLevel(level)
    structlog.reset_defaults()


def written(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_an_event_keeps_its_allowed_keys_and_loses_the_rest(lines: io.StringIO) -> None:
    """A key nobody allowed does not reach the log, whatever it holds."""
    structlog.get_logger("test").info("stage_run_finished", session_id="session-1", text="heliotrope canary")

    assert written(lines)[0]["session_id"] == "session-1"
    assert "heliotrope" not in lines.getvalue()


def test_a_traceback_does_not_reach_the_log(lines: io.StringIO) -> None:
    """An exception logged with its traceback leaves neither message nor frame."""
    try:
        raise ValueError("heliotrope canary")  # noqa: TRY301 - raised to be logged
    except ValueError:
        structlog.get_logger("test").exception("round_failed", error="ValueError")
        logging.getLogger("some.library").exception("it said heliotrope canary")

    assert [line["event"] for line in written(lines)] == ["round_failed", "library_message"]
    assert "heliotrope" not in lines.getvalue()
    assert "Traceback" not in lines.getvalue()


def test_another_librarys_line_is_reduced_to_its_name(lines: io.StringIO) -> None:
    """What a library logs may quote a session; only who logged and how loudly is kept."""
    logging.getLogger("speech_library.alignment").warning("Failed to align segment (%s)", "heliotrope canary")

    assert written(lines)[0]["logger"] == "speech_library.alignment"
    assert "heliotrope" not in lines.getvalue()
