"""Alerts on a real Prometheus: things are broken, and the alert that is meant for it fires."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from pipeline.adapters.database import LedgerLimits, SqlLedger
from pipeline.adapters.database.engine import WRITES
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.adapters.database.tables import stage_runs
from pipeline.adapters.metrics import LedgerCollector, RunMeter, look, make_registry, serve_metrics
from pipeline.domain.session import Stage
from pipeline.errors import DatabaseUnavailableError, StageCrashedError
from pipeline.inspection import inspect_rows
from tests.factories import WORKER, accepted_session, keep_days, make_ledger, run_through, taken, two_people
from tests.free_port import free_port
from tests.servers.absence import skip_or_fail
from tests.servers.databases import ShiftedTime
from tests.servers.prometheus import Prometheus, running_prometheus
from tests.sources import ROOT
from tests.waiting import until

pytestmark = [pytest.mark.servers, pytest.mark.slow]

RULES = ROOT / "infra" / "prometheus"


@dataclass
class Watched:
    """A ledger that a real Prometheus watches; what is broken shows within seconds."""

    ledger: SqlLedger
    time: ShiftedTime
    prometheus: Prometheus
    away: bool = False


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """Serve a ledger's metrics to a Prometheus with our rules, which fire at once instead of after minutes."""
    time = ShiftedTime()
    ledger = make_ledger(tmp_path, LedgerLimits(crashes=1), time)
    state: dict[str, Watched] = {}

    def looked() -> object:
        if state and state["it"].away:
            raise DatabaseUnavailableError
        return look(ledger, SqlWatch(ledger.database))

    registry = make_registry(LedgerCollector(looked, timedelta(0)))  # type: ignore[arg-type]  # a look that may be away
    port = free_port()
    # promtool holds the rules to their real patience; here it is enough that the right one fires.
    rules = re.sub(r"for: \d+m", "for: 0s", (RULES / "rules.yml").read_text())
    RunMeter(registry).swept(0, 0)
    # Quiet from the first look on: what fired at that one would still be seen at the next.
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "idle")
    inspect_rows(SqlWatch(ledger.database))
    with serve_metrics(registry, "127.0.0.1", port), running_prometheus(rules, port) as prometheus:
        state["it"] = Watched(ledger, time, prometheus)
        yield state["it"]
    with suppress(DatabaseUnavailableError):
        ledger.close()


@pytest.mark.parametrize("arguments", [("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")])
def test_the_rules_pass_promtool(arguments: tuple[str, ...]) -> None:
    """Prometheus's own tool finds the rules well formed, and each fires after its time and not before."""
    if shutil.which("promtool") is None:
        skip_or_fail("promtool is not installed (apt-get install prometheus)")

    result = subprocess.run(["promtool", *arguments], cwd=RULES, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_is_tried() -> None:
    """Each alert has a case in promtool's tests, alone or in the one that counts them."""
    alerts = set(re.findall(r"alert: (\w+)", (RULES / "rules.yml").read_text()))
    cases = (RULES / "rules_test.yml").read_text()
    counted = {
        "NightscribeWorkerSilent", "NightscribeQuarantine", "NightscribeBatchLate", "NightscribeInspectionStale",
        "NightscribeOutboxOld", "NightscribeProcessDown", "NightscribeOldestReady",
    }  # fmt: skip

    assert {alert for alert in alerts if f"alertname: {alert}" not in cases} == counted


def test_what_breaks_is_seen(watched: Watched) -> None:
    """A quiet night alerts nobody; then each thing that is broken is seen by the alert that is meant for it."""
    ledger, prometheus = watched.ledger, watched.prometheus
    assert until(lambda: prometheus.value("nightscribe_ledger_up") == 1)
    quiet = prometheus.firing()

    accepted_session(ledger, people=two_people("client-1", "clinician-1"), policy=keep_days(0.5))
    run_through(ledger)
    accepted_session(ledger, people=two_people("client-2", "clinician-2"))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), StageCrashedError())
    accepted_session(ledger, people=two_people("client-3", "clinician-3"))
    run_through(ledger, Stage.TRANSCRIBE)
    with ledger.database.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(delete(stage_runs).where(stage_runs.c.stage == Stage.DRAFT, stage_runs.c.status == "ready"))
    accepted_session(ledger, people=two_people("client-4", "clinician-4"))
    inspect_rows(SqlWatch(ledger.database))
    watched.time.advance(timedelta(minutes=20))
    early = {
        "NightscribeQuarantine",
        "NightscribeInvariantViolated",
        "NightscribeWorkerSilent",
        "NightscribeStageStuck",
    }
    seen_early = until(lambda: early <= prometheus.firing())
    watched.time.advance(timedelta(days=1))
    seen_late = until(lambda: {"NightscribeRetentionOverdue", "NightscribeOldestReady"} <= prometheus.firing())
    watched.away = True
    seen_away = until(lambda: "NightscribeLedgerAway" in prometheus.firing())

    assert quiet == set()
    assert (seen_early, seen_late, seen_away) == (True, True, True)
