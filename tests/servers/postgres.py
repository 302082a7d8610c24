"""A PostgreSQL cluster of the test session's own, and a fresh, migrated database for each test."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from pipeline.adapters.database import migrate
from tests.free_port import free_port
from tests.servers.absence import skip_or_fail

_SUPERUSER = "nightscribe"
_TEMPLATE = "nightscribe_template"
#: Durability is tried in tests of its own; here speed counts.
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "unix_socket_directories=",
    "log_min_messages=panic",
)
_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster on a loopback port."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    settings: tuple[str, ...]

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run an administrator's statement."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


def start_cluster(*settings: str) -> Cluster:
    """Start a cluster; skip the test, or fail it in CI, where PostgreSQL is not installed."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="nightscribe-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", _SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*_as_postgres(), *initdb], check=True, capture_output=True, cwd=folder)
    return _launch(folder, settings, free_port())


def _launch(folder: Path, settings: Sequence[str], port: int) -> Cluster:
    options = [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]
    command = [str(_programs() / "postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port), *options]
    process = subprocess.Popen(
        [*_as_postgres(), *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    cluster = Cluster(port, process, folder, tuple(settings))
    _await(cluster)
    return cluster


def stop_cluster(cluster: Cluster) -> None:
    """Stop the server, closing what is still connected, and remove its data."""
    cluster.process.send_signal(signal.SIGINT)
    cluster.process.wait(timeout=_START_SECONDS)
    shutil.rmtree(cluster.folder)


def crash_cluster(cluster: Cluster) -> None:
    """Stop the server as a crash would; its data stay."""
    cluster.process.send_signal(signal.SIGQUIT)
    cluster.process.wait(timeout=_START_SECONDS)


def restart_cluster(cluster: Cluster) -> Cluster:
    """Start the server again on the same data and the same port."""
    return _launch(cluster.folder, cluster.settings, cluster.port)


def _programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("postgres")
    if found is None or shutil.which("setpriv") is None:
        skip_or_fail("PostgreSQL is not installed (apt-get install postgresql)")
    return Path(found).parent


def _as_postgres() -> list[str]:
    """Return what goes before a command so that it ends with this process, and is not root, which it refuses."""
    alone = ["setpriv", "--pdeathsig", "INT"]
    return [*alone, "--reuid", "postgres", "--regid", "postgres", "--init-groups"] if os.geteuid() == 0 else alone


def _await(cluster: Cluster) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            cluster.execute("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > deadline or cluster.process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Start one cluster for the whole test session, with a migrated template."""
    cluster = start_cluster()
    try:
        cluster.execute(f"CREATE DATABASE {_TEMPLATE}")
        migrate(cluster.url(_TEMPLATE))
        yield cluster
    finally:
        stop_cluster(cluster)


_numbers = itertools.count(1)


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """Clone the template for one test."""
    name = f"test_{next(_numbers)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
