"""Manifests from the command line: what two of them say of one session, and what the morning report keeps."""

from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, consent_file
from tests.sounds import noise, wav

HEADER = "audio,consent,session_id"
SESSION = "visit-0001"


@pytest.fixture
def folder(embedded_commands: Deployment) -> Path:
    """Return a folder with recordings and a consent form."""
    for number in (1, 2):
        (embedded_commands.folder / f"{number}.wav").write_bytes(wav(noise(10 + number)))
    consent_file(embedded_commands.folder, "consent.json", session_id=None)
    return embedded_commands.folder


def manifest(folder: Path, name: str, *rows: str) -> Path:
    """Write a manifest."""
    path = folder / name
    path.write_text("\n".join((HEADER, *rows)) + "\n")
    return path


def test_two_manifests_that_name_one_session_and_recording(embedded_commands: Deployment, folder: Path) -> None:
    """The session is one and belongs to the first; the second manifest's other rows are taken in as its own."""
    first = manifest(folder, "first.csv", f"1.wav,consent.json,{SESSION}")
    second = manifest(folder, "second.csv", f"1.wav,consent.json,{SESSION}", "2.wav,consent.json,visit-0002")

    embedded_commands.done("batch", first)
    again = embedded_commands.run("batch", second)

    with embedded_commands.opened() as wiring:
        found = {each.batch.label: each.sessions for each in wiring.ledger.batches_progress(5)}
        sessions = wiring.ledger.sessions()
    assert (again.returncode, again.stderr) == (0, "")
    assert found == {"first": 1, "second": 1}
    assert len(sessions) == 2


def test_two_manifests_that_name_one_session_and_two_recordings(embedded_commands: Deployment, folder: Path) -> None:
    """The second is refused by line and code, changes nothing of the first, and the rest of it goes on."""
    first = manifest(folder, "first.csv", f"1.wav,consent.json,{SESSION}")
    second = manifest(folder, "second.csv", "1.wav,consent.json,visit-0002", f"2.wav,consent.json,{SESSION}")
    embedded_commands.done("batch", first)

    again = embedded_commands.run("batch", second)

    with embedded_commands.opened() as wiring:
        sessions = {row.session.session_id for row in wiring.ledger.sessions()}
    assert again.returncode == 1
    assert f"line 3: {SESSION}: session_conflict" in again.stderr
    assert "Handed in 1 of 2" in again.stdout
    assert sessions == {SESSION, "visit-0002"}


def test_a_row_that_intake_refuses_is_in_the_morning_report(embedded_commands: Deployment, folder: Path) -> None:
    """A transcript nobody can read is refused as it is handed in, and the report names it with its reason."""
    (folder / "broken.vtt").write_text("this is no transcript")
    path = manifest(folder, "monday.csv", f"broken.vtt,consent.json,{SESSION}", "2.wav,consent.json,visit-0002")

    handed_in = embedded_commands.run("batch", path)
    report = str(embedded_commands.done("report"))

    assert handed_in.returncode == 1
    assert f"line 2: {SESSION}: transcript_invalid" in handed_in.stderr
    assert f"{SESSION}  Failed (transcript_invalid)" in report
