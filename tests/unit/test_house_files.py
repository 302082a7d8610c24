"""The house rules for what lies in the repository."""

import re
from pathlib import PurePosixPath

from tests.sources import ROOT, files, sources, texts

_VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
_SOUND = {".wav", ".mp3", ".m4a", ".flac", ".ogg", ".opus", ".webm", ".mp4", ".aac", ".mkv"}
#: A person's home, the checkout itself, or the address of a package index. Spelled so as not to find itself.
_PLACES = re.compile(
    rf"{re.escape(str(ROOT))}/|(?<![\w./])/(?:home|Users)/[a-z]\w*/|(?<!no-emit-)index[-]url\b|\bpypi[.]org|pythonhosted[.]org"
)


def test_modules_are_named_for_what_they_hold() -> None:
    """No module or folder has a name that would fit anything."""
    parts = {(path, PurePosixPath(part).stem) for path in files() for part in PurePosixPath(path).parts}

    assert [path for path, stem in parts if stem in _VAGUE] == []


def test_nothing_names_a_machine_or_an_index() -> None:
    """No file names a place on somebody's machine, or a package index."""
    naming = [
        f"{path}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if _PLACES.search(line)
    ]

    assert naming == []


def test_no_file_is_large() -> None:
    """Nothing over 1 MB is in the repository, and no sample over 2 MB."""
    large = [
        path for path in files() if (ROOT / path).stat().st_size > (2 if path.startswith("samples/") else 1) * 10**6
    ]

    assert large == []


def test_sound_is_only_in_samples_and_tests() -> None:
    """Recordings lie under samples/ and tests/data/, where their origin is written down."""
    elsewhere = [
        path
        for path in files()
        if PurePosixPath(path).suffix in _SOUND and not path.startswith(("samples/", "tests/data/"))
    ]

    assert elsewhere == []


def test_every_sound_is_synthetic_and_says_so() -> None:
    """Beside each recording stands a README that says it is synthetic and which command makes it."""
    folders = {(ROOT / path).parent for path in files() if PurePosixPath(path).suffix in _SOUND}
    silent = [folder for folder in folders if not (folder / "README.md").is_file()]

    assert silent == []
    assert [f for f in folders if "synthetic" not in (f / "README.md").read_text().lower()] == []
    assert [f for f in folders if "python -m" not in (f / "README.md").read_text()] == []


def test_there_are_sources() -> None:
    """The rules look at something."""
    assert len(sources()) > 50
