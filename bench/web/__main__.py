"""Every page and every query, with 100,000 sessions and 1,000,000 audit entries on PostgreSQL: ``make bench-web``.

Each address is asked again and again over a real connection; the table shows the median and the 95th percentile, and
what one open dashboard costs the database. The exit status is 1 where a page takes longer than 100 ms.
"""

import argparse
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bench.web.seeding import seed
from config.logging import configure_logging
from config.settings import KeySettings, Settings
from config.wiring import Wiring, create_keys, wire
from pipeline.adapters.database import migrate
from pipeline.adapters.database.accounts import Proof
from pipeline.adapters.database.accounts.tokens import TokenOrder
from pipeline.domain.account import Permission, Role
from tests.fakes import RecordingDoorbell
from tests.free_port import free_port
from tests.servers.postgres import Cluster, start_cluster, stop_cluster
from tests.web.site import PASSWORD_HASH
from web.guard import Guard, guards
from web.ops.opening import make_room
from web.site import Site, make_site

_LIMIT_MS = 100
_SECOND = "SC_CLK_TCK"
_LOOKS = 20


def main() -> None:
    """Seed, measure, print."""
    options = _options()
    configure_logging("CRITICAL")
    console = Console()
    cluster = start_cluster("shared_buffers=256MB")
    try:
        with tempfile.TemporaryDirectory() as folder:
            slow = _measure(console, cluster, Path(folder), options)
    finally:
        stop_cluster(cluster)
    sys.exit(1 if slow else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40, help="how often each address is asked")
    return parser.parse_args()


def _measure(console: Console, cluster: Cluster, folder: Path, options: argparse.Namespace) -> list[str]:
    cluster.execute("CREATE DATABASE bench")
    url = cluster.url("bench")
    migrate(url)
    began = time.monotonic()
    session_id = seed(url, options.sessions, options.entries)
    console.print(f"Seeded {options.sessions:,} sessions and {options.entries:,} entries in {_since(began):.0f} s.")
    settings = Settings(data_dir=folder / "d", keys=KeySettings(folder=folder / "k"), database_url=SecretStr(url))
    # Neither what one program may ask nor how fresh a page must be is measured here.
    settings = settings.model_copy(update={"api": settings.api.model_copy(update={"requests_per_minute": 1_000_000})})
    create_keys(settings)
    wiring = wire(settings)
    site = make_site(wiring, RecordingDoorbell())
    with _serving(site) as address, httpx.Client(base_url=address, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {_token(site)}"
        rows = [_timed(client, path, options.requests) for path in _addresses(site, session_id)]
    _print(console, rows)
    _print_viewer(console, cluster, wiring)
    wiring.ledger.close()
    return [path for path, _, _, p95 in rows if p95 > _LIMIT_MS]


def _addresses(site: Site, session_id: str) -> Iterator[str]:
    """Yield each GET route that a token may ask, with what exists in the place of what it names."""
    named = {"session_id": session_id, "stage": "transcribe"}
    for method, path, guard in guards(site.app):
        if method == "GET" and isinstance(guard, Guard) and "/act/" not in path:
            filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: named.get(match.group(1), "none-such"), path)
            yield filled
    yield from (
        "/ops/runs?status=failed&stage=transcribe&reason_code=recording_undecodable",
        "/ops/runs?status=succeeded",
        "/ops/runs?status=ready",
        "/ops/runs?status=refused",
        "/ops/runs?status=succeeded&after=2026-11-01T00:00:00%2B00:00~run-5",
        "/ops/queues/act/pause?stage=draft",
        "/ops/runs/act/retry-all?status=failed",
        "/v1/sessions?status=failed&stage=transcribe",
        f"/v1/sessions/{session_id}/audit",
    )


def _timed(client: httpx.Client, path: str, times: int) -> tuple[str, int, float, float]:
    took: list[float] = []
    # The first request of a process imports, compiles and connects; it is no measure of the hundredth.
    status = client.get(path).status_code
    for _ in range(times):
        began = time.monotonic()
        status = client.get(path).status_code
        took.append(_since(began) * 1000)
    took.sort()
    return path, status, took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.95))]


def _token(site: Site) -> str:
    accounts = site.doorkeeper.accounts
    roles = [Role.OPERATOR, Role.PRIVACY_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR]
    accounts.add("bench", roles, Proof(PASSWORD_HASH), "bench")
    return accounts.create_token(TokenOrder("bench", "bench", tuple(Permission), timedelta(days=1)), "bench")[1]


@contextmanager
def _serving(site: Site) -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(site.app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def _print(console: Console, rows: Sequence[tuple[str, int, float, float]]) -> None:
    table = Table("address", "status", "p50", "p95", title="Milliseconds to answer")
    for path, status, p50, p95 in rows:
        table.add_row(path, str(status), f"{p50:.0f}", f"[red]{p95:.0f}[/]" if p95 > _LIMIT_MS else f"{p95:.0f}")
    console.print(table)


def _print_viewer(console: Console, cluster: Cluster, wiring: Wiring) -> None:
    """Print what one open dashboard costs the database, in processor time of its backends."""
    room = make_room(wiring, RecordingDoorbell())
    room.feed.look()
    before = _processor_seconds(cluster)
    for _ in range(_LOOKS):
        room.feed.look()
    each = (_processor_seconds(cluster) - before) / _LOOKS
    share = 100 * each / room.feed.every.total_seconds()
    console.print(f"One look: {each * 1000:.1f} ms of the database's processor time.")
    every = room.feed.every.total_seconds()
    console.print(f"One viewer, or many of one process, at a look every {every:.0f} s: {share:.2f} % of a core.")


def _processor_seconds(cluster: Cluster) -> float:
    import os

    family = [cluster.process.pid, *_children(cluster.process.pid)]
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in family]
    return sum(int(fields[11]) + int(fields[12]) for fields in ticks) / os.sysconf(_SECOND)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _since(began: float) -> float:
    return time.monotonic() - began


if __name__ == "__main__":
    main()
