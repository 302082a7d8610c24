"""The web process of a deployment, as the command line starts it, and somebody's way into it."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page

from config.settings import Settings
from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.accounts import Proof, SqlAccounts
from pipeline.domain.account import Role
from tests.free_port import free_port
from tests.web.site import PASSWORD, PASSWORD_HASH

_PROGRAM = Path(sys.executable).with_name("nightscribe")
_START_SECONDS = 120
_STOP_SECONDS = 60


@contextmanager
def running_website(settings: Settings, folder: Path) -> Iterator[str]:
    """Run ``nightscribe web`` over a deployment and return its address."""
    port = free_port()
    with (folder / "web.log").open("ab") as log:
        command = [str(_PROGRAM), "web", "--port", str(port)]
        process = subprocess.Popen(command, env=_environment(settings, folder), cwd=folder, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def run_command(settings: Settings, folder: Path, *arguments: str | Path) -> str:
    """Run one command over a deployment, which must succeed; return what it printed."""
    command = [str(_PROGRAM), *map(str, arguments)]
    environment = _environment(settings, folder)
    result = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "NIGHTSCRIBE_DATA_DIR": str(settings.data_dir),
        "NIGHTSCRIBE_KEYS__FOLDER": str(settings.keys.folder),
        "NIGHTSCRIBE_DATABASE_URL": settings.database_url.get_secret_value(),
        "NIGHTSCRIBE_REDIS_URL": settings.redis_url.get_secret_value(),
        "NIGHTSCRIBE_OPS__REFRESH": "PT0.5S",
    }


def add_member(ledger: SqlLedger, name: str, roles: Sequence[Role]) -> None:
    """Give somebody an account with the tests' password."""
    SqlAccounts(ledger.database).add(name, roles, Proof(PASSWORD_HASH), "test")


def sign_in(page: Page, address: str, name: str, go_to: str = "/ops") -> None:
    """Sign in by the form and arrive."""
    page.goto(f"{address}/sign-in?go_to={go_to}")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{address}{go_to}")


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            httpx.get(address).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return
