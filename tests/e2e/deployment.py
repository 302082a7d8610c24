"""Deployments run by their command line alone: real processes, real servers, real keys, an environment of their own."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.settings import KeySettings, Settings, StoreSettings
from config.wiring import Wiring, wire
from pipeline.adapters.store.s3 import S3Store
from pipeline.adapters.store.s3_client import S3Access, s3_client
from pipeline.domain.session import SessionId, Stage, StageStatus
from tests.servers.postgres import Cluster
from tests.sources import ROOT
from tests.waiting import until

PROGRAM = Path(sys.executable).with_name("nightscribe")
SAMPLE = ROOT / "samples" / "session"
_PATH = "/usr/local/bin:/usr/bin:/bin"
_STOPS_SECONDS = 60
_FINISHES_SECONDS = 240

#: Short rounds, so that nothing is waited for that need not be.
_QUEUE = {"POLL": "PT0.5S", "SWEEP": "PT1S", "BACKOFF": "PT1S"}


@dataclass
class Deployment:
    """A deployment as an operator has it: commands, and an environment that they read."""

    folder: Path
    environment: dict[str, str]
    logs: list[Path] = field(default_factory=list)

    def run(self, *arguments: str | Path, limit_file_size: int | None = None) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        limits = [] if limit_file_size is None else ["prlimit", f"--fsize={limit_file_size}"]
        return subprocess.run(
            [*limits, PROGRAM, *map(str, arguments)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=_FINISHES_SECONDS,
            check=False,
        )

    def done(self, *arguments: str | Path) -> str:
        """Run one command that must succeed and return what it printed."""
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    @contextmanager
    def workers(self, *stages: Stage) -> Iterator[list["subprocess.Popen[bytes]"]]:
        """Run a worker process for each stage; they drain and end with the block."""
        with ExitStack() as stack:
            processes = [stack.enter_context(self._worker(stage)) for stage in stages]
            yield processes
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(_STOPS_SECONDS)

    @contextmanager
    def _worker(self, stage: Stage) -> Iterator["subprocess.Popen[bytes]"]:
        log = self.folder / f"worker-{stage}.log"
        self.logs.append(log)
        with log.open("ab") as output:
            command = [str(PROGRAM), "worker", "--stage", stage.value]
            process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=output, stderr=output)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def submit(self, recording: Path, consent: Path, session_id: str) -> "subprocess.CompletedProcess[str]":
        """Hand in a recording."""
        return self.run("submit", recording, "--consent", consent, "--session-id", session_id)

    def status(self, session_id: str) -> dict[str, Any]:
        """Return what ``status --json`` says of a session."""
        found: list[dict[str, Any]] = json.loads(self.done("status", session_id, "--json"))
        return found[0]

    def settings(self) -> Settings:
        """Return the settings that the commands read, for a look past them."""
        read = {name.lower(): value for name, value in self.environment.items() if name.startswith("NIGHTSCRIBE_")}
        store = {name[len("nightscribe_store__") :]: v for name, v in read.items() if "_store__" in name}
        return Settings.model_validate(
            {
                "data_dir": read["nightscribe_data_dir"],
                "keys": KeySettings(folder=Path(read["nightscribe_keys__folder"])),
                "database_url": read.get("nightscribe_database_url", ""),
                "redis_url": read.get("nightscribe_redis_url", ""),
                "store": StoreSettings.model_validate(store),
            }
        )

    @contextmanager
    def opened(self) -> Iterator[Wiring]:
        """Open the deployment's adapters in this process."""
        wiring = wire(self.settings())
        try:
            yield wiring
        finally:
            wiring.ledger.close()

    def await_stage(self, wiring: Wiring, session_id: str, stage: Stage) -> StageStatus:
        """Wait until a stage of a session is over; return how it ended."""
        ended: list[StageStatus] = []

        def over() -> bool:
            runs = [run for run in wiring.ledger.session(SessionId(session_id)).runs if run.stage is stage]
            ended[:] = [run.status for run in runs[-1:] if run.status.is_final]
            return bool(ended)

        assert until(over)
        return ended[0]


def make_deployment(folder: Path, environment: dict[str, str]) -> Deployment:
    """Return a deployment in a folder; nothing of this process's environment is in its own."""
    for name in ("home", "tmp", "data"):
        (folder / name).mkdir(mode=0o700)
    rounds = {f"NIGHTSCRIBE_QUEUE__{name}": value for name, value in _QUEUE.items()}
    own = {
        "PATH": _PATH,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "NIGHTSCRIBE_DATA_DIR": str(folder / "data"),
        "NIGHTSCRIBE_KEYS__FOLDER": str(folder / "keys"),
    }
    return Deployment(folder, {**own, **rounds, **environment})


@contextmanager
def on_servers(folder: Path, database_url: str, redis_url: str, access: S3Access, bucket: str) -> Iterator[Deployment]:
    """Set up a deployment on servers as the manual says: keys and schema first."""
    environment = {
        "NIGHTSCRIBE_DATABASE_URL": database_url,
        "NIGHTSCRIBE_REDIS_URL": redis_url,
        "NIGHTSCRIBE_STORE__KIND": "s3",
        "NIGHTSCRIBE_STORE__BUCKET": bucket,
        "NIGHTSCRIBE_STORE__ENDPOINT_URL": str(access.endpoint_url),
        "AWS_ACCESS_KEY_ID": str(access.access_key_id),
        "AWS_SECRET_ACCESS_KEY": str(access.secret_access_key),
    }
    deployment = make_deployment(folder, environment)
    deployment.done("keys", "create")
    deployment.done("migrate")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, environment[name])
        yield deployment


@contextmanager
def empty_database(cluster: Cluster, name: str) -> Iterator[str]:
    """Make a database without a schema."""
    cluster.execute(f"CREATE DATABASE {name}")
    yield cluster.url(name)
    cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def versioned(access: S3Access, name: str) -> Iterator[str]:
    """Make a bucket that keeps every version."""
    client = s3_client(access)
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    S3Store(client, name).destroy("")
    client.delete_bucket(Bucket=name)
    client.close()


def excerpt(folder: Path, name: str, seconds: int, *how: str, start: int = 0) -> Path:
    """Cut an excerpt out of the sample session into a file of the name's kind, a film where it is one."""
    path = folder / name
    cut = ("-ss", str(start), "-t", str(seconds), "-i", str(SAMPLE / "session.opus"))
    moving = ("-f", "lavfi", "-i", "testsrc=size=64x64:rate=5", "-c:v", "mpeg4", "-shortest")
    picture = moving if path.suffix == ".mp4" else ()
    subprocess.run(["ffmpeg", "-v", "error", "-y", *cut, *picture, *how, str(path)], check=True)
    return path


def consent_file(folder: Path, name: str = "consent.json", **changes: Any) -> Path:  # noqa: ANN401 - any field
    """Write the sample session's consent without its session id, with fields changed."""
    document = {**json.loads((SAMPLE / "consent.json").read_text()), **changes}
    path = folder / name
    path.write_text(json.dumps({field: value for field, value in document.items() if value is not None}))
    return path


def decisions(*people: str, purposes: Sequence[str] = (), **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any field
    """Return a permission of each person, with fields changed."""
    usual = ("record", "store_audio", "transcribe", "ai_draft", "ground_verify")
    base = {"decision": "permit", "valid_from": "2026-01-01T00:00:00Z", "method": "signed", "form_version": "2026-01"}
    return [{"person": person, "purposes": list(purposes or usual), **base, **changes} for person in people]


def phrases(transcript: bytes) -> set[str]:
    """Return every three words of a transcript that follow each other, as its text has them."""
    found: set[str] = set()
    for segment in json.loads(transcript)["segments"]:
        words = segment["text"].lower().split()
        found |= {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}
    return found


def spoken_in(body: bytes, sayings: set[str]) -> list[str]:
    """Return which of the phrases stand in a body."""
    text = body.lower()
    return [saying for saying in sayings if saying.encode() in text]
