"""What Prometheus is told: every figure from one look, nothing that names a session, and the truth when it is away."""

import json
import re
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.adapters.metrics import LedgerCollector, RunMeter, exposition, look, make_registry, serve_metrics
from pipeline.adapters.metrics.collector import BatchOutlook, LedgerView
from pipeline.domain.session import Stage
from pipeline.errors import DatabaseUnavailableError, RecordingUndecodableError
from pipeline.inspection import inspect_rows
from pipeline.ports.promises import InvariantKind, InvariantWatch, PromiseWatch
from pipeline.ports.workers import WorkerFacts
from tests.factories import WORKER, accepted_session, make_ledger, taken, two_people
from tests.free_port import free_port
from tests.sources import ROOT

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
QUIET = LedgerView(PromiseWatch(NOW))
_METRIC = re.compile(r"nightscribe_[a-z_]+")


def told(view: Callable[[], LedgerView]) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every sample by name and by the values of its labels, in the order of their names."""
    text = exposition(make_registry(LedgerCollector(view))).decode()
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("nightscribe_")
    }


def names() -> set[str]:
    """Return the name of every metric that any process has."""
    registry = make_registry(LedgerCollector(lambda: QUIET))
    RunMeter(registry)
    families = text_string_to_metric_families(exposition(registry).decode())
    plain = {family.name: family.type for family in families}
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {f"{name}{suffix}" for name, kind in plain.items() for suffix in suffixes.get(kind, ("",))}


def busy_ledger(folder: Path) -> SqlLedger:
    """Return a ledger with runs in several states and a worker."""
    ledger = make_ledger(folder)
    for number in range(3):
        accepted_session(ledger, people=two_people(f"client-{number}", f"clinician-{number}"))
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "working", WorkerFacts(memory_bytes=1000))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingUndecodableError())
    taken(ledger, Stage.TRANSCRIBE)
    inspect_rows(SqlWatch(ledger.database))
    return ledger


def test_the_ledger_is_told_as_it_is(tmp_path: Path) -> None:
    """Depth, running, workers and promises come out as the rows have them."""
    ledger = busy_ledger(tmp_path)

    samples = told(lambda: look(ledger, SqlWatch(ledger.database)))

    ledger.close()
    assert samples["nightscribe_ledger_up", ()] == 1
    assert samples["nightscribe_stage_ready", ("100", "transcribe")] == 1
    assert samples["nightscribe_stage_ready", ("100", "draft")] == 0
    assert samples["nightscribe_stage_running", ("transcribe",)] == 1
    assert samples["nightscribe_stage_runs", ("transcribe", "failed")] == 1
    assert samples["nightscribe_worker_memory_bytes", ("transcribe", WORKER)] == 1000
    assert samples["nightscribe_invariant_violations_total", ("lost",)] == 0
    assert samples["nightscribe_retention_overdue", ()] == 0


def test_nothing_in_a_label_names_a_session_or_a_person(tmp_path: Path) -> None:
    """No id of a session, a run or a person stands anywhere in what is told."""
    ledger = busy_ledger(tmp_path)
    secret = {row.session.session_id for row in ledger.sessions()} | {
        run.run_id for row in ledger.sessions() for run in row.runs
    }

    text = exposition(make_registry(LedgerCollector(lambda: look(ledger, SqlWatch(ledger.database))))).decode()

    ledger.close()
    assert [name for name in secret if name in text] == []
    assert "client-" not in text
    assert "clinician-" not in text


def test_a_database_that_is_away_is_told_as_such() -> None:
    """With no answer from the ledger a scrape still succeeds, and says only that."""

    def away() -> LedgerView:
        raise DatabaseUnavailableError

    assert told(away) == {("nightscribe_ledger_up", ()): 0}


def test_scrapes_in_a_row_share_one_look() -> None:
    """Several scrapes within seconds ask the database once."""
    looks: list[int] = []

    def counted() -> LedgerView:
        looks.append(1)
        return QUIET

    registry = make_registry(LedgerCollector(counted))
    exposition(registry)
    exposition(registry)

    assert len(looks) == 1


def test_batches_and_violations_are_told() -> None:
    """A batch has the seconds until it is done and those to spare, and a broken promise its count."""
    broken = replace(QUIET.promises, invariants=(InvariantWatch(InvariantKind.LOST, 2, NOW),))
    batch = BatchOutlook("bat-1", NOW + timedelta(hours=2), NOW + timedelta(hours=1))

    samples = told(lambda: LedgerView(broken, batches=(batch,)))

    assert samples["nightscribe_batch_eta_seconds", ("bat-1",)] == 7200
    assert samples["nightscribe_batch_margin_seconds", ("bat-1",)] == -3600
    assert samples["nightscribe_invariant_violations_total", ("lost",)] == 2


def test_a_process_counts_its_own_runs() -> None:
    """Waits, lengths, outcomes, fences and sweeps of this process are counted."""
    registry = make_registry()
    meter = RunMeter(registry)

    meter.ran(Stage.DRAFT, "succeeded", timedelta(seconds=3), timedelta(seconds=7), 600)
    meter.ran(Stage.DRAFT, "lease_lost", timedelta(seconds=3), timedelta(seconds=7), 600)
    meter.swept(2, 1)
    meter.rang_in_vain()

    value = registry.get_sample_value
    assert value("nightscribe_stage_attempts_total", {"stage": "draft", "outcome": "succeeded"}) == 1
    assert value("nightscribe_audio_seconds_total", {"stage": "draft"}) == 600
    assert value("nightscribe_stage_wait_seconds_sum", {"stage": "draft"}) == 6
    assert value("nightscribe_stage_duration_seconds_count", {"stage": "draft"}) == 2
    assert value("nightscribe_fence_rejected_total") == 1
    assert value("nightscribe_lease_expired_total") == 2
    assert value("nightscribe_crash_quarantined_total") == 1
    assert value("nightscribe_hint_duplicates_total") == 1
    assert (value("nightscribe_sweeper_last_success_timestamp_seconds") or 0) > 0


def test_durations_reach_six_hours() -> None:
    """The largest finite bucket of a duration is six hours, for a long session on a slow machine."""
    registry = make_registry()
    RunMeter(registry).ran(Stage.TRANSCRIBE, "succeeded", timedelta(0), timedelta(hours=5), 0)

    labels = {"stage": "transcribe", "le": "21600.0"}
    assert registry.get_sample_value("nightscribe_stage_duration_seconds_bucket", labels) == 1


def test_every_name_that_operators_expect_is_there() -> None:
    """The names of the must-have list exist, each under this program's prefix."""
    expected = """stage_ready stage_oldest_ready_seconds stage_running stage_wait_seconds_bucket
        stage_duration_seconds_bucket stage_attempts_total lease_expired_total fence_rejected_total
        crash_quarantined_total outbox_unsent outbox_oldest_seconds hint_duplicates_total worker_heartbeat_age_seconds
        audio_seconds_total batch_eta_seconds sweeper_last_success_timestamp_seconds retention_overdue
        invariant_violations_total"""

    assert {f"nightscribe_{name}" for name in expected.split()} - names() == set()


def test_every_query_names_a_metric_that_exists() -> None:
    """No panel of the board, no alert and no page about metrics names a metric that nothing tells."""
    known = names()
    board = json.loads((ROOT / "infra/grafana/nightscribe.json").read_text())
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = (ROOT / "infra/prometheus/rules.yml").read_text()
    tables = (ROOT / "docs/metrics.md").read_text()

    assert len(queries) > 20
    assert [query for query in queries if not _METRIC.search(query)] == []
    assert {name for query in (*queries, rules, tables) for name in _METRIC.findall(query)} - known == set()


def test_the_port_is_served_and_given_back() -> None:
    """Metrics are read on the port of the settings while a process works, and one that is taken stops nothing."""
    port = free_port()
    registry = make_registry(LedgerCollector(lambda: QUIET))

    with (
        serve_metrics(registry, "127.0.0.1", port),
        serve_metrics(registry, "127.0.0.1", port),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        body = answer.read()

    assert b"nightscribe_ledger_up 1.0" in body
