"""``nightscribe process`` on one machine with nothing set up: a recording in, a verified draft and a proof out."""

import json
import re
from pathlib import Path

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId
from tests.e2e.deployment import Deployment, consent_file, excerpt, phrases, spoken_in
from tests.sounds import noise, wav

pytestmark = [pytest.mark.models, pytest.mark.slow]

SESSION = "visit-0002-embedded"
DONE, FAILED, USAGE = 0, 1, 2


def test_a_film_becomes_a_verified_draft(embedded_commands: Deployment) -> None:
    """A video with sound goes through every stage with one command, and leaves documents and ciphertext alone."""
    deployment, folder = embedded_commands, embedded_commands.folder
    film = excerpt(folder, "visit.mp4", 45, "-ar", "44100", "-ac", "2", "-c:a", "aac", start=60)
    consent = consent_file(folder, session_id=None)
    result = deployment.run(
        "process", film, "--consent", consent, "--session-id", SESSION, "--format", "SOAP", "-o", folder / "out"
    )
    documents = {path.name: path for path in (folder / "out").iterdir()}
    verdicts = [json.loads(line) for line in documents["verdicts.jsonl"].read_text().splitlines()]
    sayings = phrases(documents["transcript.json"].read_bytes())
    kept = [path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()]
    # torch and ONNX Runtime leave a module and a number of their own; a minute of sound would be far larger.
    left = [path.read_bytes() for path in (folder / "tmp").rglob("*") if path.is_file()]

    assert result.returncode == DONE, result.stderr
    assert result.stderr == ""
    assert {path.stat().st_mode & 0o777 for path in documents.values()} == {0o600}
    assert json.loads(documents["note.json"].read_text())["note_format"] == "SOAP"
    assert {v["verdict"] for v in verdicts} <= {"supported", "partial", "unsupported", "contradicted", "not_checked"}
    assert all(v["evidence"] for v in verdicts if v["verdict"] == "supported")
    assert len(sayings) > 30
    assert len(kept) > 4
    assert [saying for body in kept for saying in spoken_in(body, sayings)] == []
    assert sum(map(len, left)) < 10_000
    assert [saying for body in left for saying in spoken_in(body, sayings)] == []
    assert "The audit log is intact." in deployment.done("audit", "check")
    with deployment.opened() as wiring:
        assert ArtifactKind.RECORDING not in {a.kind for a in wiring.ledger.session(SessionId(SESSION)).artifacts}


def test_what_is_no_recording_ends_with_its_reason(embedded_commands: Deployment) -> None:
    """The command ends with status 1 and the reason code and a sentence on standard error."""
    folder = embedded_commands.folder
    (folder / "visit.wav").write_text("this is no sound " * 1000)
    result = embedded_commands.run(
        "process", folder / "visit.wav", "--consent", consent_file(folder, session_id=None), "-o", folder / "out"
    )

    assert result.returncode == FAILED
    assert re.fullmatch(r"recording_undecodable: This is not a recording that can be decoded\..*\n", result.stderr)


def test_no_bytes_end_with_their_reason_before_anything_is_kept(embedded_commands: Deployment) -> None:
    """A file of 0 bytes is refused at the door."""
    folder = embedded_commands.folder
    (folder / "visit.wav").touch()
    result = embedded_commands.run(
        "process", folder / "visit.wav", "--consent", consent_file(folder, session_id=None), "-o", folder / "out"
    )

    assert result.returncode == FAILED
    assert result.stderr.startswith("recording_empty: The recording has no bytes.")
    assert [path for path in (folder / "data" / "objects").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "arguments",
    [(), ("--consent", "nothing.json"), ("--no-such-option",), ("--format", "POEM")],
    ids=["no consent", "no such file", "no such option", "no such format"],
)
def test_wrong_usage_is_status_two(embedded_commands: Deployment, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A command that is not understood does nothing and ends with status 2."""
    (tmp_path / "visit.wav").write_bytes(wav(noise(1)))
    result = embedded_commands.run("process", tmp_path / "visit.wav", *arguments)

    assert result.returncode == USAGE
    assert list((tmp_path / "data").iterdir()) == []


def test_a_schema_brought_up_to_date_first_leaves_a_whole_deployment(embedded_commands: Deployment) -> None:
    """Who begins with ``migrate``, as with a server, finds the keys made too."""
    embedded_commands.done("migrate")

    assert embedded_commands.done("status")
