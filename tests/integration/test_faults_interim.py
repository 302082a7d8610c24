"""What was recognised before a crash is not recognised again, and nobody but the next attempt can read it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.wiring import wire
from pipeline.adapters.isolation import ChildLimits, ChildProcessWork
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import Stage, StageStatus
from tests.chaos.canary import files_under, hits, objects_of
from tests.chaos.deployments import Deployment
from tests.chaos.phrase import PHRASE
from tests.sources import ROOT
from tests.waiting import until
from workers.process import WorkerProcess

pytestmark = pytest.mark.slow


@contextmanager
def worker(deployment: Deployment, folder: Path) -> Iterator[None]:
    """Run a worker whose process dies between recognition and result, the first time."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "tests.programs.interim_child")
    work = ChildProcessWork(command, environment, {"folder": str(folder)}, ChildLimits())
    wiring = wire(deployment.patient)
    process = WorkerProcess(wiring, (Stage.TRANSCRIBE,), {Stage.TRANSCRIBE: work})
    process.start()
    try:
        yield
    finally:
        process.stop()
        wiring.ledger.close()


def companions(deployment: Deployment) -> list[str]:
    """Return the keys of what lies beside the recording."""
    return [version.key for version in deployment.wiring.objects.versions("") if ".interim." in version.key]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Return a folder for what the process notes of itself."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def test_recognition_is_not_repeated_after_a_crash(deployment: Deployment, notes: Path) -> None:
    """The second attempt takes over what the first had heard, and commits a whole transcript."""
    deployment.submit(b"sound" * 100_000)
    with worker(deployment, notes):
        done = until(lambda: deployment.status(Stage.TRANSCRIBE) is StageStatus.SUCCEEDED)
    (run,) = [run for run in deployment.row().runs if run.stage is Stage.TRANSCRIBE]

    assert done
    assert (run.attempt, run.crash_count) == (2, 1)
    assert (notes / "heard").read_text() == "."
    assert (notes / "finished").read_text() == ""
    assert PHRASE.encode() in deployment.read(ArtifactKind.TRANSCRIPT)
    assert companions(deployment) == []


def test_between_the_attempts_it_is_ciphertext_and_goes_with_the_recording(deployment: Deployment, notes: Path) -> None:
    """While it waits nobody can read it, and deleting the recording deletes it."""
    session_id = deployment.submit(b"sound" * 100_000)
    hold = notes / "hold"
    hold.touch()
    with worker(deployment, notes):
        died = until((notes / "died").exists)
        found = companions(deployment)
        traces = [*files_under(deployment.folder), *objects_of(deployment.wiring.objects)]
        deployment.wiring.artifacts.destroy(session_id, ArtifactKind.RECORDING)
        left = companions(deployment)
        hold.unlink()

    assert died
    assert len(found) == 1
    assert hits(traces) == []
    assert left == []
