"""What the ledger says of every queue, read when Prometheus asks and kept for a few seconds."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.domain.session import Stage, StageStatus
from pipeline.errors import PipelineError
from pipeline.ports.promises import InvariantKind, PromiseWatch
from pipeline.ports.queue_view import ReadyCount, RunningRow, StageDepth
from pipeline.ports.workers import WorkerRow

#: What becomes of a worker that is gone this long: its series ends.
_FORGOTTEN = timedelta(hours=1)
_USUAL_PRIORITY = 100
_WATCHED = (
    StageStatus.READY, StageStatus.RUNNING, StageStatus.HELD, StageStatus.FAILED, StageStatus.QUARANTINED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchOutlook:
    """When an open batch is expected to be done, and when it is wanted."""

    batch_id: str
    done_at: datetime
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What the collector turns into metrics."""

    promises: PromiseWatch
    depths: Sequence[StageDepth] = ()
    ready: Sequence[ReadyCount] = ()
    running: Sequence[RunningRow] = ()
    workers: Sequence[WorkerRow] = ()
    batches: Sequence[BatchOutlook] = ()

    @property
    def at(self) -> datetime:
        """Return the moment."""
        return self.promises.at


@dataclass(eq=False)
class LedgerCollector(Collector):
    """Turns one look at the ledger into metrics; several scrapes within ``keep`` share it."""

    look: Callable[[], LedgerView]
    keep: timedelta = timedelta(seconds=10)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: tuple[float, LedgerView | None] | None = None

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that registering asks no database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, or only the one that says that the ledger does not answer."""
        view = self._view()
        yield GaugeMetricFamily("nightscribe_ledger_up", "1 where the ledger answered.", value=float(view is not None))
        if view is not None:
            yield from metrics_of(view)

    def _view(self) -> LedgerView | None:
        with self._lock:
            if self._kept is None or time.monotonic() - self._kept[0] > self.keep.total_seconds():
                self._kept = time.monotonic(), self._asked()
            return self._kept[1]

    def _asked(self) -> LedgerView | None:
        try:
            return self.look()
        except PipelineError:
            return None


def metrics_of(view: LedgerView) -> Iterator[Metric]:
    """Yield what one look at the ledger says; labels are stages, states, codes and the ids of workers and batches."""
    yield from _queues(view)
    yield from _workers(view)
    yield from _batches(view)
    yield from _doorbell(view.promises)
    yield from _promises(view.promises)


def _queues(view: LedgerView) -> Iterator[Metric]:
    ready = _gauge("stage_ready", "Runs that wait for a worker.", "stage", "priority")
    known = {(count.stage, count.priority): count.runs for count in view.ready}
    for stage, priority in known | {(stage, _USUAL_PRIORITY): 0 for stage in Stage}:
        ready.add_metric([stage, str(priority)], known.get((stage, priority), 0))
    yield ready
    runs = _gauge("stage_runs", "Runs that are open or wait for a person, by state.", "stage", "status")
    for depth in view.depths:
        for status in _WATCHED:
            runs.add_metric([depth.stage, status], depth.runs.get(status, 0))
    yield runs
    stale = Counter(run.stage for run in view.running if run.lease_until < view.at)
    for name, says, value in _of_stages(view.at, stale):
        family = _gauge(name, says, "stage")
        for depth in view.depths:
            family.add_metric([depth.stage], value(depth))
        yield family


def _of_stages(at: datetime, stale: Counter[Stage]) -> Iterator[tuple[str, str, Callable[[StageDepth], float]]]:
    """Yield what each stage has one figure for."""
    yield "stage_oldest_ready_seconds", "Seconds that the oldest ready run has waited.", lambda d: _age(d, at)
    yield "stage_running", "Runs in progress.", lambda d: d.runs.get(StageStatus.RUNNING, 0)
    yield "stage_stale_runs", "Runs in progress whose lease has lapsed.", lambda d: stale[d.stage]
    yield "stage_ready_audio_seconds", "Seconds of recording in what is ready.", lambda d: d.ready_audio_seconds
    yield (
        "stage_audio_seconds_last_hour",
        "Seconds of recording worked off in the last hour.",
        lambda d: d.audio_seconds_last_hour,
    )


def _age(depth: StageDepth, at: datetime) -> float:
    return 0.0 if depth.oldest_ready is None else max(0.0, (at - depth.oldest_ready).total_seconds())


def _workers(view: LedgerView) -> Iterator[Metric]:
    beats = _gauge("worker_heartbeat_age_seconds", "Seconds since a worker was heard of.", "worker", "stage")
    memory = _gauge("worker_memory_bytes", "Memory of a worker and its model process.", "worker", "stage")
    for worker in view.workers:
        age = view.at - worker.beat_at
        if worker.state != "stopped" and age < _FORGOTTEN:
            beats.add_metric([worker.worker_id, worker.stage], age.total_seconds())
            memory.add_metric([worker.worker_id, worker.stage], worker.memory_bytes or 0)
    yield beats
    yield memory


def _batches(view: LedgerView) -> Iterator[Metric]:
    eta = _gauge("batch_eta_seconds", "Seconds until a batch is expected to be done.", "batch")
    margin = _gauge("batch_margin_seconds", "Seconds to spare before a batch is wanted; negative: late.", "batch")
    for batch in view.batches:
        eta.add_metric([batch.batch_id], max(0.0, (batch.done_at - view.at).total_seconds()))
        if batch.deadline is not None:
            margin.add_metric([batch.batch_id], (batch.deadline - batch.done_at).total_seconds())
    yield eta
    yield margin


def _doorbell(promises: PromiseWatch) -> Iterator[Metric]:
    oldest = 0.0 if promises.oldest_unrung is None else (promises.at - promises.oldest_unrung).total_seconds()
    unsent = "Ready runs that nobody was told of for five minutes; the sweep rings for them."
    yield GaugeMetricFamily("nightscribe_outbox_unsent", unsent, value=promises.unrung)
    yield GaugeMetricFamily("nightscribe_outbox_oldest_seconds", "Seconds since the oldest was told of.", value=oldest)


def _promises(promises: PromiseWatch) -> Iterator[Metric]:
    of_retention = (
        ("overdue", "Sessions with a deletion overdue and no hold.", promises.retention.overdue),
        ("due_in_a_day", "Sessions with a deletion due within a day.", promises.retention.due_in_a_day),
        ("held", "Sessions under a legal hold.", promises.retention.held),
    )
    for name, says, value in of_retention:
        yield GaugeMetricFamily(f"nightscribe_retention_{name}", says, value=value)
    violations = CounterMetricFamily(
        "nightscribe_invariant_violations", "What must never be, as last found.", labels=("kind",)
    )
    found = {invariant.kind: invariant.found for invariant in promises.invariants}
    for kind in InvariantKind:
        violations.add_metric([kind], found.get(kind, 0))
    yield violations
    checked = _gauge("invariant_checked_timestamp_seconds", "When it was last looked for (Unix time).", "kind")
    for invariant in promises.invariants:
        checked.add_metric([invariant.kind], invariant.checked_at.timestamp())
    yield checked
    refused = _gauge("consent_refused_runs", "Runs that consent forbade in the last day.", "reason_code")
    for reason_code, runs in promises.refusals:
        refused.add_metric([reason_code], runs)
    yield refused


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"nightscribe_{name}", says, labels=labels)
