"""A real Prometheus of a test's own, with the repository's rules, that scrapes and evaluates every second."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.free_port import free_port
from tests.servers.absence import skip_or_fail
from tests.waiting import until

_STOP_SECONDS = 60
_CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: nightscribe-worker
    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]
"""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server."""

    address: str

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        found = self._ask("/api/v1/alerts")["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def value(self, query: str) -> float | None:
        """Return what a query gives now; ``None`` where it gives nothing."""
        found = self._ask("/api/v1/query", query=query)["data"]["result"]
        return float(found[0]["value"][1]) if found else None

    def _ask(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - whatever JSON it answers with
        return httpx.get(self.address + path, params=parameters).raise_for_status().json()


@contextmanager
def running_prometheus(rules: str, target: int) -> Iterator[Prometheus]:
    """Run a server over these rules and one target; skip where Prometheus is not installed."""
    program = shutil.which("prometheus")
    if program is None:
        skip_or_fail("Prometheus is not installed (apt-get install prometheus)")
    folder, port = Path(tempfile.mkdtemp(prefix="nightscribe-prometheus-")), free_port()
    (folder / "rules.yml").write_text(rules)
    (folder / "prometheus.yml").write_text(_CONFIGURATION.format(rules=folder / "rules.yml", target=target))
    options = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}/-/ready")
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(_STOP_SECONDS)
        shutil.rmtree(folder)


def _await(address: str) -> None:
    def is_ready() -> bool:
        try:
            return httpx.get(address).is_success
        except httpx.TransportError:
            return False

    assert until(is_ready)
