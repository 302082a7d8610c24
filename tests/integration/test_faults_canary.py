"""A phrase spoken in a session is found nowhere but inside ciphertext, on the good path and on every failing one."""

import base64
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.wiring import MODEL_STAGES, wire
from pipeline.adapters.isolation import ChildLimits, ChildProcessWork
from pipeline.domain.session import Stage
from tests.chaos.canary import Trace, files_under, hits, keys_of, objects_of, rows_of
from tests.chaos.deployments import Deployment
from tests.chaos.phrase import PHRASE
from tests.sources import ROOT
from workers.process import WorkerProcess

pytestmark = pytest.mark.slow

DEEDS = ["nothing", "raises", "prints", "dies"]


@contextmanager
def speaking(deployment: Deployment, deed: str, stage: Stage) -> Iterator[None]:
    """Run a worker whose model processes hear the phrase, and one of which does a deed."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(deployment.folder / "tmp")}
    command = (sys.executable, "-m", "tests.programs.speaking_child")
    work = {
        each: ChildProcessWork(command, environment, {"deed": deed if each is stage else "nothing"}, ChildLimits())
        for each in MODEL_STAGES
    }
    queue = deployment.settings.queue.model_copy(update={"tries": 2, "crashes": 2})
    wiring = wire(deployment.settings.model_copy(update={"queue": queue}))
    worker = WorkerProcess(wiring, tuple(Stage), work)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        wiring.ledger.close()


def everything(deployment: Deployment) -> list[Trace]:
    """Return all that a deployment leaves behind."""
    settings = deployment.settings
    traces = [*files_under(deployment.folder), *objects_of(deployment.wiring.objects)]
    if settings.redis_url.get_secret_value():
        traces += [*keys_of(settings.redis_url.get_secret_value()), *rows_of(settings.database_url.get_secret_value())]
    return traces


@pytest.mark.parametrize("stage", MODEL_STAGES)
@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_said_is_in_ciphertext_alone(
    deployment: Deployment, deed: str, stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever a stage does with what it heard, no log, row, key, message or file shows it."""
    (deployment.folder / "tmp").mkdir()
    deployment.submit(PHRASE.encode() * 1000)
    with speaking(deployment, deed, stage):
        settled = deployment.settle()
    shown = capfd.readouterr()
    traces = [*everything(deployment), ("stdout", shown.out.encode()), ("stderr", shown.err.encode())]

    assert settled
    assert len(traces) > 5
    assert hits(traces) == []


@pytest.mark.parametrize("hide", [bytes, bytes.hex, base64.b64encode, lambda body: b"x" + body.upper()])
def test_the_search_finds_what_is_there(tmp_path: Path, hide: object) -> None:
    """The phrase is found in a file as text, in capitals, in hexadecimal and in base64."""
    hidden = hide(PHRASE.encode())  # type: ignore[operator]  # functions of bytes, typed apart
    (tmp_path / "leak").write_bytes(hidden if isinstance(hidden, bytes) else hidden.encode())

    assert hits(files_under(tmp_path)) == [str(tmp_path / "leak")]
