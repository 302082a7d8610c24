"""A watched folder takes in what is whole, and says of the rest why not."""

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from commands.watching import WatchedFolder
from config.wiring import SystemClock
from tests.e2e.deployment import Deployment, consent_file, decisions
from tests.sounds import noise, wav


def watched(deployment: Deployment, *options: str) -> tuple[int, str]:
    """Watch until nothing new is whole; return the exit status and what was said."""
    result = deployment.run("batch", "--watch", deployment.folder / "in", "--settle", "0.3", "--once", *options)
    return result.returncode, result.stdout + result.stderr


def test_whole_files_are_taken_in_and_partial_ones_left_alone(embedded_commands: Deployment) -> None:
    """A pair is accepted and removed, one without consent fails with its reason, unfinished files stay as they are."""
    deployment, folder = embedded_commands, embedded_commands.folder / "in"
    folder.mkdir()
    sound = wav(noise(12))
    for name in ("good.wav", "refused.wav", "lonely.wav", "unfinished.wav.part"):
        (folder / name).write_bytes(sound)
    (folder / "empty.wav").write_bytes(b"")
    for name in ("good", "empty", "unfinished"):
        consent_file(folder, f"{name}.consent.json", session_id=None)
    consent_file(folder, "refused.consent.json", session_id=None, consents=decisions("clinician-1"))

    code, said = watched(deployment)

    with deployment.opened() as wiring:
        accepted = wiring.ledger.sessions()
    left = {path.name for path in folder.iterdir() if path.is_file()}
    assert code == 0, said
    assert len(accepted) == 1
    assert left == {"lonely.wav", "unfinished.wav.part", "unfinished.consent.json"}
    assert not (folder / "done").exists()
    assert "2 set aside in failed/" in said
    assert "consent_missing" in (folder / "failed" / "refused.wav.reason.txt").read_text()
    assert "empty" in (folder / "failed" / "empty.wav.reason.txt").read_text()


@dataclass(frozen=True, slots=True)
class Later(SystemClock):
    """A clock that is so far ahead."""

    by: timedelta

    def now(self) -> datetime:
        """Return the moment."""
        return SystemClock.now(self) + self.by


def test_what_is_set_aside_goes_in_time(embedded_commands: Deployment) -> None:
    """What was refused lies there as long as is set, whatever date it came with; then recording, form and reason go."""
    deployment, folder = embedded_commands, embedded_commands.folder / "in"
    folder.mkdir()
    (folder / "empty.wav").write_bytes(b"")
    os.utime(folder / "empty.wav", (0, 0))
    consent_file(folder, "empty.consent.json", session_id=None)
    watched(deployment)
    failed = sorted((folder / "failed").iterdir())

    with deployment.opened() as wiring:
        removed = [
            WatchedFolder(folder, replace(wiring, clock=Later(timedelta(days=days))), "test", 0).remove_stale()
            for days in (6, 8)
        ]

    assert [path.name for path in failed] == ["empty.consent.json", "empty.wav", "empty.wav.reason.txt"]
    assert removed == [0, 3]
    assert list((folder / "failed").iterdir()) == []


def test_manifest_in_the_folder_is_a_batch(embedded_commands: Deployment) -> None:
    """A manifest is checked whole; a wrong one is set aside with every line's problem, and nothing of it starts."""
    deployment, folder = embedded_commands, embedded_commands.folder / "in"
    (folder / "monday").mkdir(parents=True)
    (folder / "monday" / "a.wav").write_bytes(wav(noise(12)))
    consent_file(folder / "monday", "a.json", session_id=None)
    header = "audio,consent,session_id,priority"
    (folder / "wrong.csv").write_text(f"{header}\nmonday/a.wav,monday/a.json,,0\nmonday/none.wav,monday/a.json,,\n")
    (folder / "monday" / "names.txt").write_text("Ambleside\n")
    row = {"audio": "monday/a.wav", "consent": "monday/a.json", "clinician": "clin-7", "priority": 5}
    row["vocabulary"] = "monday/names.txt"
    (folder / "right.jsonl").write_text(json.dumps(row) + "\n")

    code, said = watched(deployment)

    with deployment.opened() as wiring:
        (session,) = wiring.ledger.sessions()
        (batch,) = wiring.ledger.batches()
    reasons = (folder / "failed" / "wrong.csv.reason.txt").read_text()
    assert code == 0, said
    assert (session.session.clinician, session.session.priority) == ("clin-7", 5)
    assert (session.session.batch_id, batch.label) == (batch.batch_id, "right")
    assert "line 2: priority" in reasons
    assert "line 3: audio: no such file" in reasons
    assert (folder / "done" / "right.jsonl").exists()
    assert [path.name for path in (folder / "monday").iterdir()] == ["a.json"]


def test_folder_watched_again_after_a_crash_accepts_nothing_twice(embedded_commands: Deployment) -> None:
    """Files that were accepted and not yet moved are recognised, and only moved."""
    deployment, folder = embedded_commands, embedded_commands.folder / "in"
    folder.mkdir()
    (folder / "good.wav").write_bytes(wav(noise(12)))
    consent_file(folder, "good.consent.json", session_id=None)
    _, warned = watched(deployment, "--keep")
    for name in ("good.wav", "good.consent.json"):
        (folder / "done" / name).rename(folder / name)

    code, said = watched(deployment)

    with deployment.opened() as wiring:
        assert len(wiring.ledger.sessions()) == 1
    assert code == 0, said
    assert "IN THE CLEAR" in warned
    assert [path for path in folder.iterdir() if path.is_file()] == []


def test_what_a_refused_row_needs_is_left(embedded_commands: Deployment) -> None:
    """A vocabulary that an accepted and a refused row share stays with the refused one's recording."""
    deployment, folder = embedded_commands, embedded_commands.folder / "in"
    folder.mkdir()
    (folder / "good.wav").write_bytes(wav(noise(12)))
    (folder / "broken.vtt").write_text("this is no transcript")
    (folder / "names.txt").write_text("Ambleside\n")
    consent_file(folder, "a.json", session_id=None)
    rows = ("good.wav,a.json,names.txt", "broken.vtt,a.json,names.txt")
    (folder / "monday.csv").write_text("\n".join(("audio,consent,vocabulary", *rows)) + "\n")

    watched(deployment)

    assert {path.name for path in folder.iterdir() if path.is_file()} == {"a.json", "broken.vtt", "names.txt"}
    assert "line 3" in (folder / "failed" / "monday.csv.reason.txt").read_text()


def test_what_a_manifest_names_elsewhere_is_not_removed(embedded_commands: Deployment) -> None:
    """A recording outside of the watched folder is taken in and left where it is."""
    deployment, folder = embedded_commands, embedded_commands.folder / "in"
    folder.mkdir()
    elsewhere = deployment.folder / "a.wav"
    elsewhere.write_bytes(wav(noise(12)))
    consent_file(folder, "a.json", session_id=None)
    (folder / "monday.csv").write_text("audio,consent\n../a.wav,a.json\n")

    watched(deployment)

    with deployment.opened() as wiring:
        assert len(wiring.ledger.sessions()) == 1
    assert elsewhere.exists()


def test_queue_is_steered_from_the_command_line(embedded_commands: Deployment) -> None:
    """Pause, show, priority, cancel and the report speak in codes and ids; what was done already is a conflict."""
    deployment: Deployment = embedded_commands
    consent = consent_file(deployment.folder, session_id=None)
    sound: Path = deployment.folder / "visit.wav"
    sound.write_bytes(wav(noise(12)))
    deployment.done("submit", sound, "--consent", consent, "--session-id", "visit-0001", "--clinician", "clin-7")

    deployment.done("queue", "pause", "transcribe", "--reason", "engine-upgrade")
    again = deployment.run("queue", "pause", "transcribe", "--reason", "engine-upgrade")
    prose = deployment.run("queue", "resume", "--stage", "transcribe", "--reason", "because she said so")
    shown = deployment.done("queue", "show")
    deployment.done("queue", "priority", "visit-0001", "5", "--reason", "INC-12")
    deployment.done("queue", "cancel", "--session", "visit-0001", "--reason", "INC-12")
    report = deployment.done("report")

    assert again.returncode == 1
    assert "operation_conflict" in again.stderr
    assert "reason_invalid" in prose.stderr
    assert "paused" in str(shown)
    assert "visit-0001  Cancelled (session_cancelled)" in str(report)
