"""What a command writes for a person: whole, theirs alone, and never in the place of what they gave."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.main import app, main, named
from commands.opening import read_document, whole_or_not_at_all, write_private
from pipeline.errors import FileUnusableError, KeyFileMissingError, PipelineError, TranscriptInvalidError


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    """What was said is readable by nobody else, also where a readable file stood before."""
    path = tmp_path / "folder" / "note.json"
    path.parent.mkdir()
    path.touch(mode=0o644)

    write_private(path, "words")

    assert path.read_text() == "words"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """A disk that fills half-way destroys no older document and leaves no half of one."""
    path = tmp_path / "note.json"
    path.write_text("older")

    with suppress(OSError), whole_or_not_at_all(path) as file:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "full")

    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_and_keeps_its_mode(tmp_path: Path) -> None:
    """A device or pipe belongs to others too: its mode is not taken away from them."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    path.chmod(0o666)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    write_private(path, "words")

    assert os.read(reader, 100) == b"words"
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    os.close(reader)


def test_a_document_too_large_to_be_one(tmp_path: Path) -> None:
    """A file that no transcript can be as large as is refused, and not read whole."""
    path = tmp_path / "session.txt"
    path.write_bytes(b"")
    os.truncate(path, 21 * 1024 * 1024)

    with pytest.raises(TranscriptInvalidError) as refused:
        read_document(path, TranscriptInvalidError)

    assert refused.value.facts["where"] == "the file is larger than 20 MB"


def test_sealing_does_not_take_the_recordings_place(tmp_path: Path) -> None:
    """A recording that is named as its own sealed copy is left as it is."""
    recording = tmp_path / "session.wav"
    recording.write_bytes(b"RIFF")
    key = tmp_path / "key.json"
    key.touch()

    outcome = CliRunner().invoke(
        app, ["seal", str(recording), "--public-key", str(key), "--session-id", "session-01", "-o", str(recording)]
    )

    assert outcome.exit_code == 2
    assert recording.read_bytes() == b"RIFF"


def test_processing_does_not_take_the_transcripts_place(tmp_path: Path) -> None:
    """A transcript that is handed in from the folder the documents go to is left as it is."""
    source = tmp_path / "transcript.json"
    source.write_text("{}")
    consent = tmp_path / "consent.json"
    consent.write_text(CliRunner().invoke(app, ["consent", "example"]).stdout)

    outcome = CliRunner().invoke(app, ["process", str(source), "--consent", str(consent), "-o", str(tmp_path)])

    assert outcome.exit_code == 2
    assert source.read_text() == "{}"


def test_a_format_that_is_not_there_is_said_before_the_work(tmp_path: Path) -> None:
    """Who mistypes a format does not wait for the recognizer to learn it."""
    recording = tmp_path / "not-even-sound.wav"
    recording.touch()

    outcome = CliRunner().invoke(app, ["transcribe", str(recording), "-f", "json,docx"])

    assert outcome.exit_code == 2


@pytest.mark.parametrize(
    ("error", "kind", "facts"),
    [
        (KeyFileMissingError(), KeyFileMissingError, {}),
        (PermissionError(errno.EACCES, "x", "Jane Doe.wav"), FileUnusableError, {"problem": "Permission denied"}),
        (ValueError("Jane said that"), PipelineError, {"error": "ValueError"}),
    ],
)
def test_every_error_has_a_code_and_quotes_nothing(
    error: Exception, kind: type[PipelineError], facts: dict[str, str]
) -> None:
    """What nobody foresaw is named by its kind; its message and its file's name may be content."""
    said = named(error)

    assert type(said) is kind
    assert said.facts == facts
    assert "Jane" not in str(said)


def test_a_folder_that_cannot_be_made_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the documents cannot go, nobody reads a traceback."""
    (tmp_path / "file").touch()
    talk = tmp_path / "talk.txt"
    talk.write_text("Client: I slept.")

    with pytest.raises(SystemExit) as ended:
        main(["draft", str(talk), "--format", "SOAP", "-o", str(tmp_path / "file" / "note.json")])

    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("file_unusable: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_document_in_any_unicode(tmp_path: Path, encoding: str) -> None:
    """A text is read by the mark at its beginning, as word processors write it."""
    path = tmp_path / "session.txt"
    path.write_bytes("Zoë: naïve".encode(encoding))

    assert read_document(path, TranscriptInvalidError) == "Zoë: naïve"


def test_a_document_in_another_encoding(tmp_path: Path) -> None:
    """A text that is no Unicode is refused, with what to do."""
    path = tmp_path / "session.txt"
    path.write_bytes("Zoë".encode("latin-1"))

    with pytest.raises(TranscriptInvalidError) as refused:
        read_document(path, TranscriptInvalidError)

    assert "save it as UTF-8" in str(refused.value)
