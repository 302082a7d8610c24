"""A process that stores recordings: what it stores can be read here, and its death costs no recording."""

import io
import sys
from functools import partial
from pathlib import Path

import pytest

from config.settings import KeySettings, Settings
from config.wiring import Wiring, wire, writing_process
from pipeline.adapters.store.writing import WritingProcess
from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.session import new_session_id
from pipeline.errors import RecordingEmptyError
from pipeline.storing import Incoming, Storing
from pipeline.vocabularies import names_at


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    """Return an embedded deployment."""
    return wire(Settings(data_dir=tmp_path / "data", keys=KeySettings(folder=tmp_path / "keys")))


def recording(tmp_path: Path, body: bytes) -> Incoming:
    """Return a file that is to be stored."""
    path = tmp_path / new_session_id()
    path.write_bytes(body)
    return Incoming(new_session_id(), ArtifactKind.RECORDING, partial(io.FileIO, path), ("Sertraline",))


def test_it_stores_what_can_be_read_here(wiring: Wiring, tmp_path: Path) -> None:
    """A recording and its names come back as they were, and one that is empty has its own named error."""
    incoming = [recording(tmp_path, b"sound" * 500_000), recording(tmp_path, b"")]

    with writing_process(wiring) as writers:
        whole, empty = writers.store_all(incoming)

    assert isinstance(whole, StoredArtifact)
    assert wiring.artifacts.read(whole).read() == b"sound" * 500_000
    assert names_at(wiring.artifacts, whole) == ("Sertraline",)
    assert isinstance(empty, RecordingEmptyError)


def test_what_a_dead_one_should_have_stored_is_stored_here(wiring: Wiring, tmp_path: Path) -> None:
    """A child that is gone is no reason to turn recordings away."""
    here = Storing(wiring.artifacts, 100)

    with WritingProcess((sys.executable, "-c", "raise SystemExit"), {}, {}, here) as writers:
        (stored,) = writers.store_all([recording(tmp_path, b"sound")])

    assert isinstance(stored, StoredArtifact)
    assert wiring.artifacts.read(stored).read() == b"sound"
