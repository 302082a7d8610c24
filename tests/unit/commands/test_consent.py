"""What the privacy officer reads of consent on a terminal or in a file."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.consent import read_consent_form
from commands.main import app
from pipeline.errors import ConsentFormInvalidError, SessionUnknownError


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner over a deployment of its own."""
    return CliRunner(
        env={"NIGHTSCRIBE_DATA_DIR": str(tmp_path / "data"), "NIGHTSCRIBE_KEYS__FOLDER": str(tmp_path / "keys")}
    )


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


def test_references_and_purposes_are_shown_whole(runner: CliRunner, tmp_path: Path) -> None:
    """In a pipe, too, which has no width, nothing of a decision is cut off."""
    talk = tmp_path / "talk.txt"
    talk.write_text("Therapist: How was the week?\nClient: Better than the last one.\n")
    form = tmp_path / "consent.json"
    form.write_text(runner.invoke(app, ["consent", "example"]).stdout)
    session = read_consent_form(form).session_id or ""
    runner.invoke(app, ["submit", str(talk), "--consent", str(form)])

    shown = runner.invoke(app, ["consent", "show", session]).stdout

    assert "client" in shown
    assert "…" not in shown
