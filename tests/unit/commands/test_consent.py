"""What the privacy officer reads of consent on a terminal or in a file."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.consent import read_consent_form
from commands.main import app
from pipeline.errors import ConsentFormInvalidError, SessionUnknownError


def test_a_form_nested_without_end_is_no_form(tmp_path: Path) -> None:
    """A hostile file ends in the reason code of a wrong form."""
    path = tmp_path / "consent.json"
    path.write_text("[" * 100_000)

    with pytest.raises(ConsentFormInvalidError):
        read_consent_form(path)


def test_a_session_that_is_not_there_has_no_empty_consent(runner: CliRunner) -> None:
    """A mistyped id is said, and not shown as a session in which nobody decided anything."""
    outcome = runner.invoke(app, ["consent", "show", "nobody-0001"])

    assert isinstance(outcome.exception, SessionUnknownError)


def test_references_and_purposes_are_shown_whole(runner: CliRunner, submitted: str) -> None:
    """In a pipe, too, which has no width, nothing of a decision is cut off."""
    shown = runner.invoke(app, ["consent", "show", submitted]).stdout

    assert "client" in shown
    assert "…" not in shown
