"""Random faults on a real deployment, on SQLite and on PostgreSQL with Redis: ``make chaos``.

Workers are killed, stalled past their leases and failed at random points; Redis is flushed and flooded, PostgreSQL
crashed, consent withdrawn, holds placed. What is left is audited; the exit status is 1 where an invariant is broken.
"""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.logging import configure_logging
from pipeline.adapters.database import migrate
from tests.chaos.deployments import DURABLE, Deployment, make_settings
from tests.chaos.soak import Plan, Result, Soak
from tests.factories import make_ledger
from tests.servers.postgres import Cluster, crash_cluster, restart_cluster, start_cluster, stop_cluster
from tests.servers.redis import running_redis

BACKENDS = ("sqlite", "postgresql")


def main() -> None:
    """Run the soak on each database and print what happened."""
    options = _options()
    configure_logging("CRITICAL")
    seed = options.seed if options.seed is not None else secrets.randbelow(1 << 31)
    console = Console()
    console.print(f"Seed {seed}. The same again: python -m bench.chaos --seed {seed} --minutes {options.minutes}")
    span = timedelta(minutes=options.minutes / len(options.on))
    results = {name: _soak(name, Plan(span, seed, fenced=not options.unfenced)) for name in options.on}
    _print(console, results)
    if any(result.violations or not result.settled for result in results.values()):
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="how long faults are made, in all")
    parser.add_argument("--seed", type=int, help="the schedule of faults; random and printed where left out")
    parser.add_argument("--on", nargs="+", choices=BACKENDS, default=list(BACKENDS), help="which databases")
    parser.add_argument("--unfenced", action="store_true", help="take the fence away, to see that it is missed")
    return parser.parse_args()


def _soak(backend: str, plan: Plan) -> Result:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        deployment, whole_plan = stack.enter_context(_deployed(backend, folder, plan))
        return Soak(deployment, whole_plan).run()


@contextmanager
def _deployed(backend: str, folder: Path, plan: Plan) -> Iterator[tuple[Deployment, Plan]]:
    with ExitStack() as stack:
        if backend == "sqlite":
            make_ledger(folder).close()
            settings = make_settings(folder, f"sqlite:///{folder / 'ledger.db'}")
        else:
            crashing = stack.enter_context(_crashing_cluster())
            migrate(crashing.url)
            settings = make_settings(folder, crashing.url, redis_url=stack.enter_context(running_redis()))
            plan = Plan(plan.span, plan.seed, plan.workers, plan.fenced, crashing.crash)
        deployment = Deployment(settings, folder)
        stack.callback(deployment.close)
        yield deployment, plan


class CrashingCluster:
    """A PostgreSQL that can be crashed, and comes back with its data."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.url = cluster.url("postgres")

    def crash(self) -> None:
        """Crash it and start it again."""
        crash_cluster(self.cluster)
        self.cluster = restart_cluster(self.cluster)


@contextmanager
def _crashing_cluster() -> Iterator[CrashingCluster]:
    crashing = CrashingCluster(start_cluster(*DURABLE))
    try:
        yield crashing
    finally:
        stop_cluster(crashing.cluster)


def _print(console: Console, results: dict[str, Result]) -> None:
    table = Table("", *results, title="Faults, and what was left")
    names = dict.fromkeys(name for result in results.values() for name in result.counts)
    for name in names:
        table.add_row(name, *(str(result.counts[name]) for result in results.values()))
    table.add_row("everything settled", *("yes" if result.settled else "NO" for result in results.values()))
    table.add_row("violations", *(str(len(result.violations)) for result in results.values()))
    console.print(table)
    for name, result in results.items():
        for violation in result.violations:
            console.print(f"{name}: {violation.rule}: {violation.where}")


if __name__ == "__main__":
    main()
