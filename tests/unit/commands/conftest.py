"""A deployment of its own for each test of a command, and a session in it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.consent import read_consent_form
from commands.main import app


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner over a deployment of its own."""
    return CliRunner(
        env={"NIGHTSCRIBE_DATA_DIR": str(tmp_path / "data"), "NIGHTSCRIBE_KEYS__FOLDER": str(tmp_path / "keys")}
    )


@pytest.fixture
def submitted(runner: CliRunner, tmp_path: Path) -> str:
    """Return the id of a session that was handed in under the consent form that is shown as an example."""
    talk = tmp_path / "talk.txt"
    talk.write_text("Therapist: How was the week?\nClient: Better than the last one.\n")
    form = tmp_path / "consent.json"
    form.write_text(runner.invoke(app, ["consent", "example"]).stdout)
    runner.invoke(app, ["submit", str(talk), "--consent", str(form)])
    return read_consent_form(form).session_id or ""
