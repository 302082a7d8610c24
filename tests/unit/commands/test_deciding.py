"""Holding and deleting by command: in codes, and with what a hold means said."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.consent import read_consent_form
from commands.main import app
from pipeline.errors import ReasonInvalidError


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner over a deployment of its own."""
    return CliRunner(
        env={"NIGHTSCRIBE_DATA_DIR": str(tmp_path / "data"), "NIGHTSCRIBE_KEYS__FOLDER": str(tmp_path / "keys")}
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("hold", "place", "session-0001", "--reason", "Jane Doe sues us"),
        ("hold", "lift", "session-0001", "--actor", "Jane Doe"),
        ("purge", "session-0001", "--basis", "Jane asked for it"),
        ("consent", "withdraw", "client-204", "--actor", "Jane Doe"),
    ],
)
def test_words_of_ones_own_are_no_reason(runner: CliRunner, arguments: tuple[str, ...]) -> None:
    """Who and why are kept in the clear for ever, so names and words are refused before they are kept."""
    outcome = runner.invoke(app, list(arguments))

    assert isinstance(outcome.exception, ReasonInvalidError)


def test_a_purge_under_a_hold_says_so(runner: CliRunner, tmp_path: Path) -> None:
    """Who asks for a deletion that a hold forbids does not wait for a certificate."""
    talk = tmp_path / "talk.txt"
    talk.write_text("Therapist: How was the week?\nClient: Better than the last one.\n")
    form = tmp_path / "consent.json"
    form.write_text(runner.invoke(app, ["consent", "example"]).stdout)
    session_id = read_consent_form(form).session_id or ""
    runner.invoke(app, ["submit", str(talk), "--consent", str(form)])
    runner.invoke(app, ["hold", "place", session_id])

    answer = runner.invoke(app, ["purge", session_id]).stdout

    assert "legal hold" in answer
