"""Holding and deleting by command: in codes, and with what a hold means said."""

import pytest
from typer.testing import CliRunner

from commands.main import app
from pipeline.errors import ReasonInvalidError


@pytest.mark.parametrize(
    "arguments",
    [
        ("hold", "place", "session-0001", "--reason", "Jane Doe sues us"),
        ("hold", "lift", "session-0001", "--actor", "Jane Doe"),
        ("purge", "session-0001", "--basis", "Jane asked for it"),
        ("consent", "withdraw", "client-204", "--actor", "Jane Doe"),
        ("consent", "grant", "--actor", "Jane Doe", "consent.json"),
        ("batch", "--actor", "Jane Doe", "manifest.csv"),
        ("account", "disable", "kim", "--actor", "Jane Doe"),
        ("token", "revoke", "tok-1", "--actor", "Jane Doe"),
        ("keys", "rotate", "--actor", "Jane Doe"),
        ("retry", "session-0001", "--actor", "Jane Doe"),
        ("queue", "resume", "draft", "--reason", "mended", "--actor", "Jane Doe"),
    ],
)
def test_words_of_ones_own_are_no_reason(runner: CliRunner, arguments: tuple[str, ...]) -> None:
    """Who and why are kept in the clear for ever, so names and words are refused before they are kept."""
    outcome = runner.invoke(app, list(arguments))

    assert isinstance(outcome.exception, ReasonInvalidError)


def test_a_purge_under_a_hold_says_so(runner: CliRunner, submitted: str) -> None:
    """Who asks for a deletion that a hold forbids does not wait for a certificate."""
    runner.invoke(app, ["hold", "place", submitted])

    answer = runner.invoke(app, ["purge", submitted]).stdout

    assert "legal hold" in answer
