"""Checkpoints, and the export that carries them to an auditor."""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audit import verifier
from pipeline.audit.access_events import SignedOff
from pipeline.audit.chain import Head
from pipeline.audit.check import Problem, ProblemKind, check_audit, problems
from pipeline.audit.checkpoint import (
    CheckpointUnreadableError,
    add_checkpoint,
    is_signed_by,
    key_hash,
    make_checkpoint,
    parse_checkpoint,
)
from pipeline.audit.events import Stream
from pipeline.audit.export import export_audit
from pipeline.domain.account import AccountId
from tests.unit.audit.chains import NOON, SeededSigner, busy_log, opened


def test_known_answer() -> None:
    """A checkpoint over one head has these bytes; C2SP's tools read its signature line."""
    note = make_checkpoint([Head(Stream.DRAFT, 3, bytes(range(32)))], NOON, SeededSigner())

    assert note == NOTE


NOTE = """nightscribe/audit
3
7HB14TL0xUGN9niQoALEcn4fvos9mtDhyXG8eNyonwk=
draft 3 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
at 2026-11-20T12:00:00.000000Z

— key-1 JVjaMkTkmZbq0RSyKgMvnb3AL+yXcKL1oETtUJgfG7U65pJX6mI/YUVuQxVKZpwZ13i3doNPZxTAxgC4HcSQpxTE1gY=
"""


def test_checkpoint_is_read_back() -> None:
    """What was signed is what is read, under the signer's name."""
    log, signer = busy_log(), SeededSigner()
    note = make_checkpoint(log.heads(), NOON, signer)

    checkpoint = parse_checkpoint(note)

    assert checkpoint.heads == log.heads()
    assert is_signed_by(checkpoint, signer)
    assert not is_signed_by(checkpoint, SeededSigner(2))


def test_key_hash_is_over_the_raw_key() -> None:
    """The four bytes before a signature are those of signed-note for Ed25519."""
    signer = SeededSigner()
    public = load_pem_public_key(signer.public_key_pem.encode())

    assert isinstance(public, Ed25519PublicKey)
    expected = hashlib.sha256(b"key-1\n\x01" + public.public_bytes_raw()).digest()[:4]
    assert key_hash("key-1", signer.public_key_pem) == expected


@given(data=st.data())
def test_any_changed_byte_of_a_checkpoint_is_found(data: st.DataObject) -> None:
    """A changed checkpoint is unreadable or its signature does not hold."""
    signer = SeededSigner()
    note = make_checkpoint(busy_log().heads(), NOON, signer)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != note[place]))
    changed = note[:place] + other + note[place + 1 :]

    try:
        trusted = is_signed_by(parse_checkpoint(changed), signer)
    except CheckpointUnreadableError:
        trusted = False

    assert not trusted


def test_cut_tail_is_found_by_an_earlier_checkpoint() -> None:
    """A log that lost its last entries, heads set back, is shorter than it was when signed."""
    log, signer = busy_log(), SeededSigner()
    add_checkpoint(log, signer)
    del log.streams[Stream.TRANSCRIBE][3:]
    log.ends[Stream.TRANSCRIBE] = log.streams[Stream.TRANSCRIBE][-1].head

    report = check_audit(log, signer)

    assert dict(problems(report)) == {"transcribe": Problem(ProblemKind.TAIL_MISSING, 4)}


def test_growing_log_agrees_with_all_its_checkpoints() -> None:
    """Entries that come after a checkpoint do not disturb it."""
    log, signer = busy_log(), SeededSigner()
    for number in range(10, 13):
        add_checkpoint(log, signer)
        log.add(opened(number))

    report = check_audit(log, signer)

    assert (report.intact, report.checkpoints) == (True, 3)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """Return the export of a small log."""
    export_audit(busy_log(), SeededSigner(), tmp_path / "export")
    return tmp_path / "export"


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier that lies in the export, without this program on its path."""
    return subprocess.run(
        [sys.executable, "-I", folder / "verify_audit.py"], capture_output=True, text=True, check=False, cwd=folder
    )


def test_export_checks_by_itself(exported: Path) -> None:
    """An auditor with Python and the cryptography package finds an untouched export sound."""
    result = verify(exported)

    assert result.returncode == 0
    assert "transcribe: sound: 5 entries" in result.stdout
    assert "checkpoints: sound: 1 signed by key-1" in result.stdout


def test_every_stream_is_checked_in_an_export(tmp_path: Path) -> None:
    """A log in which somebody also signed in is sound with all its streams: none is strange to the verifier."""
    log = busy_log()
    log.add(SignedOff(AccountId("acc-1"), "signin-1"))
    export_audit(log, SeededSigner(), tmp_path / "export")

    result = verify(tmp_path / "export")

    assert result.returncode == 0
    assert {line.partition(":")[0] for line in result.stdout.splitlines()} == {*Stream, "checkpoints"}
    assert "access: sound: 1 entries" in result.stdout


def test_exported_log_that_lost_its_tail_is_not_sound(exported: Path) -> None:
    """A line cut from the end is missed, for the export ends with a signed checkpoint."""
    path = exported / "transcribe.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    result = verify(exported)

    assert result.returncode == 1
    assert "transcribe: NOT SOUND: 5: missing, though a signed checkpoint knows it" in result.stdout
    assert "intake: sound: 1 entries" in result.stdout


def _change(data: st.DataObject, lines: list[bytes]) -> list[bytes]:
    """Return the lines with one thing done to them."""
    i = data.draw(st.integers(0, len(lines) - 1))
    kind = data.draw(st.sampled_from(["flip", "drop", "double", "cut", "swap"]))
    if kind == "flip":
        changed = bytearray(lines[i])
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
        return [*lines[:i], bytes(changed), *lines[i + 1 :]]
    if kind == "cut":
        return [*lines[:i], lines[i][: data.draw(st.integers(0, len(lines[i]) - 1))]]
    if kind == "swap":
        return [*lines[1:], lines[0]] if len(lines) > 1 else []
    return lines[:i] + lines[i + 1 :] if kind == "drop" else [*lines[: i + 1], lines[i], *lines[i + 1 :]]


@settings(deadline=None)
@given(data=st.data(), name=st.sampled_from(["transcribe.jsonl", "intake.jsonl", "checkpoints.txt"]))
def test_nothing_can_be_done_to_an_export_unseen(data: st.DataObject, name: str) -> None:
    """A flipped byte, a dropped, doubled or moved line, a cut end: the verifier finds each."""
    with tempfile.TemporaryDirectory() as folder:
        export_audit(busy_log(), SeededSigner(), Path(folder))
        path = Path(folder) / name
        path.write_bytes(b"".join(_change(data, path.read_bytes().splitlines(keepends=True))))

        assert verifier.main(Path(folder)) == 1


@pytest.mark.parametrize("name", ["transcribe.jsonl", "checkpoints.txt"])
def test_removed_file_is_missed(exported: Path, name: str) -> None:
    """A file that is not there is not sound."""
    (exported / name).unlink()

    assert verify(exported).returncode == 1


def test_log_signed_again_by_another_key_is_not_sound(exported: Path) -> None:
    """Who replaces the signature must replace the key, which the auditor has from elsewhere."""
    note = make_checkpoint(busy_log().heads(), NOON, SeededSigner(2))
    (exported / "checkpoints.txt").write_text(f"{note}\n", encoding="utf-8")

    assert verify(exported).returncode == 1
