"""A database that goes away and comes back, and a process that dies in mid-commit."""

import multiprocessing
import os
import shutil
import signal
import socket
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.adapters.database import SqlLedger, create_ledger, migrate
from pipeline.adapters.database.transactions import LedgerLimits
from pipeline.audit.check import check_audit
from pipeline.domain.session import Stage
from pipeline.errors import DatabaseUnavailableError
from tests.chaos.deployments import is_stopped
from tests.factories import WORKER, accepted_session, finish, make_ledger, taken
from tests.ledger_views import outline, replayed_states, row_states
from tests.servers.postgres import crash_cluster, restart_cluster, start_cluster, stop_cluster
from tests.waiting import until


@pytest.mark.servers
@pytest.mark.slow
def test_postgres_that_crashed_comes_back() -> None:
    """While PostgreSQL is away every call says so by name, and afterwards the same ledger goes on where it was."""
    cluster = start_cluster("fsync=on", "synchronous_commit=on")
    migrate(cluster.url("postgres"))
    ledger = create_ledger(cluster.url("postgres"))
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)

    crash_cluster(cluster)
    with pytest.raises(DatabaseUnavailableError):
        ledger.renew(lease)
    with pytest.raises(DatabaseUnavailableError):
        ledger.claim(Stage.TRANSCRIBE, WORKER)
    cluster = restart_cluster(cluster)

    finish(ledger, lease)
    assert outline(ledger, accepted.session_id) == [("transcribe", "succeeded"), ("draft", "ready")]
    assert check_audit(ledger, None).intact
    ledger.close()
    stop_cluster(cluster)


def test_silent_server_is_named_in_time() -> None:
    """A server that takes connections and never answers counts as away, and does not hang the worker."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        ledger = create_ledger(f"postgresql://nobody@127.0.0.1:{port}/none?connect_timeout=2")
        began = time.monotonic()

        with pytest.raises(DatabaseUnavailableError):
            ledger.claim(Stage.TRANSCRIBE, WORKER)

        assert time.monotonic() - began < 10
        ledger.close()


@pytest.mark.servers
def test_process_stopped_in_mid_transaction_blocks_nobody_for_long(postgres_url: str) -> None:
    """PostgreSQL ends a transaction whose process fell silent, and every wait for a lock has an end within a lease."""
    ledger = create_ledger(postgres_url)
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    with ledger.database.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]

    ledger.close()
    assert found == ["30s", "20s", "30s"]


def _work_for_ever(folder: Path) -> None:
    ledger = create_ledger(f"sqlite:///{folder / 'ledger.db'}", LedgerLimits(lease=timedelta(0), crashes=10_000))
    while True:
        accepted_session(ledger)
        for stage in (Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY):
            lease = ledger.claim(stage, WORKER)
            if lease is not None:
                finish(ledger, lease)
        ledger.sweep(timedelta(hours=1))


@pytest.mark.slow
def test_killed_process_leaves_a_whole_ledger(tmp_path: Path) -> None:
    """However often a process is killed among its commits, the file is sound and audit and state agree."""
    make_ledger(tmp_path).close()
    spawning = multiprocessing.get_context("spawn")
    for pause in (0.9, 1.0, 1.1):
        process = spawning.Process(target=_work_for_ever, args=(tmp_path,))
        process.start()
        _await_work(tmp_path)
        time.sleep(pause - 0.8)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()

    ledger = create_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert _integrity(tmp_path) == "ok"
    _agree(ledger)
    ledger.close()


@pytest.mark.slow
def test_any_instant_leaves_a_whole_ledger(tmp_path: Path) -> None:
    """The files as they are in the midst of any write open sound, with all that was committed and nothing else."""
    make_ledger(tmp_path).close()
    process = multiprocessing.get_context("spawn").Process(target=_work_for_ever, args=(tmp_path,))
    process.start()
    _await_work(tmp_path)
    copies = []
    for number in range(8):
        copy = tmp_path / f"copy-{number}"
        copy.mkdir()
        os.kill(process.pid or 0, signal.SIGSTOP)
        # The signal takes effect when the kernel comes to it, not when it was sent.
        assert until(lambda: is_stopped(process.pid or 0))
        for name in ("ledger.db", "ledger.db-wal"):
            shutil.copyfile(tmp_path / name, copy / name)
        os.kill(process.pid or 0, signal.SIGCONT)
        copies.append(copy)
        time.sleep(0.05)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()

    for copy in copies:
        ledger = create_ledger(f"sqlite:///{copy / 'ledger.db'}")
        assert _integrity(copy) == "ok"
        _agree(ledger)
        ledger.close()


def _await_work(folder: Path) -> None:
    deadline = time.monotonic() + 60
    path = folder / "ledger.db-wal"
    size = -1
    while size < 1 << 16 and time.monotonic() < deadline:
        size = path.stat().st_size if path.exists() else 0
        time.sleep(0.02)
    assert size > 0


def _integrity(folder: Path) -> str:
    connection = sqlite3.connect(folder / "ledger.db")
    found: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return found


def _agree(ledger: SqlLedger) -> None:
    assert check_audit(ledger, None).intact
    assert replayed_states(ledger) == row_states(ledger)
