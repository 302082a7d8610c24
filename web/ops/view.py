"""A snapshot as its page says it: what needs a person first, then figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.domain.operating import QueueState
from pipeline.domain.session import StageStatus
from pipeline.ports.promises import InvariantKind
from pipeline.ports.queue_view import RunningRow, StageDepth, StuckFinding, StuckKind, WaitTimes
from pipeline.ports.workers import WorkerRow
from web.ops.charts import BarPart, NightChart, NightFacts, bar, night_chart
from web.ops.snapshot import NIGHT, Snapshot
from web.ops.wording import count, length

#: A worker that beats every 15 seconds and was not heard of for this long is gone or hangs.
_GONE_AFTER = timedelta(seconds=90)

_STUCK = {
    StuckKind.READY_WITH_IDLE_WORKERS: "ready while workers are idle",
    StuckKind.READY_WITHOUT_WORKERS: "ready and no worker serves the stage",
    StuckKind.STALE_BEAT: "running with a worker that is not heard of",
    StuckKind.LEASE_OVERDUE: "running past the lease; the sweep gives them to another worker",
    StuckKind.ANNOUNCED_NOT_COME: "announced, and the recording has not come",
}
_INVARIANTS = {
    InvariantKind.LOST: ("Sessions lost", "accepted, no open run, no end"),
    InvariantKind.DOUBLED: ("Results doubled", "a run with two results of one kind"),
    InvariantKind.ORPHAN_OBJECT: ("Orphan objects", "in the store, and no row speaks of them; the sweep removes them"),
    InvariantKind.MISSING_OBJECT: ("Missing objects", "a row speaks of them, and the store has none"),
}


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs a person, and where to look."""

    text: str
    href: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage's row."""

    depth: StageDepth
    wait: WaitTimes | None
    bar: tuple[BarPart, ...]
    oldest: timedelta | None
    workers: int
    idle: int

    @property
    def is_open(self) -> bool:
        """Say whether the stage starts work."""
        return self.depth.control.state is QueueState.OPEN


@dataclass(frozen=True, slots=True)
class RunningLine:
    """A run in progress."""

    run: RunningRow
    runs_for: timedelta
    beat_age: timedelta | None
    #: How far it would be if it took as long as runs of its stage usually do; 100 means longer than usual.
    progress: int | None
    stale: bool


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """A worker."""

    worker: WorkerRow
    state: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise, and whether it holds."""

    name: str
    about: str
    #: ``None``: nobody has looked yet.
    found: int | None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpsView:
    """The dashboard's first page."""

    snapshot: Snapshot
    concerns: tuple[Concern, ...]
    stages: tuple[StageLine, ...]
    running: tuple[RunningLine, ...]
    workers: tuple[WorkerLine, ...]
    promises: tuple[PromiseLine, ...]
    chart: NightChart | None


def view_of(snapshot: Snapshot) -> OpsView:
    """Return the page's content."""
    workers = tuple(_worker(worker, snapshot.at) for worker in snapshot.workers)
    return OpsView(
        snapshot,
        tuple(_concerns(snapshot, workers)),
        _stages(snapshot, workers),
        tuple(_running(snapshot)),
        workers,
        tuple(_promises(snapshot)),
        _chart(snapshot),
    )


def _concerns(snapshot: Snapshot, workers: Sequence[WorkerLine]) -> Iterator[Concern]:
    yield from (_invariant_concern(line) for line in _promises(snapshot) if line.found)
    yield from (_stuck_concern(finding, snapshot.at) for finding in snapshot.stuck)
    gone = sum(line.state == "gone" for line in workers)
    for number, text, href, grave in (*_counted(snapshot), (gone, "workers not heard of any more", "#workers", False)):
        if number:
            yield Concern(f"{count(number)} {text}", href, grave)
    for control in (depth.control for depth in snapshot.depths):
        if control.state is not QueueState.OPEN:
            yield Concern(f"{control.stage} is {control.state} ({control.actor}: {control.reason})", "#stages")


def _counted(snapshot: Snapshot) -> Iterator[tuple[int, str, str, bool]]:
    """Yield how many there are of what should not be, what it is, where to look, and whether it is grave."""
    promises = snapshot.promises
    overdue = "sessions with a deletion overdue and no hold"
    yield promises.retention.overdue, overdue, "/ops/runs?stage=purge&status=failed", True
    quarantined = "in quarantine: look, then release or discard"
    yield snapshot.depth(StageStatus.QUARANTINED), quarantined, "/ops/runs?status=quarantined", False
    failed = "failed: put right what is named, then retry"
    yield snapshot.depth(StageStatus.FAILED), failed, "/ops/runs?status=failed", False
    yield promises.unrung, "ready and not rung for five minutes: no sweep is at work", "#promises", False
    yield snapshot.outlook.at_risk, "sessions at risk of not being ready in time", "#night", False


def _invariant_concern(line: PromiseLine) -> Concern:
    return Concern(f"{line.name}: {count(line.found or 0)}", "#promises", grave=True)


def _stuck_concern(finding: StuckFinding, at: datetime) -> Concern:
    where = "" if finding.stage is None else f"{finding.stage}: "
    text = f"{where}{count(finding.count)} {_STUCK.get(finding.kind, finding.kind)}, for {length(at - finding.since)}"
    return Concern(text, "#stages", grave=finding.kind is not StuckKind.ANNOUNCED_NOT_COME)


def _stages(snapshot: Snapshot, workers: Sequence[WorkerLine]) -> tuple[StageLine, ...]:
    longest = max((sum(depth.runs.get(s, 0) for s in _SHOWN) for depth in snapshot.depths), default=0)
    return tuple(
        StageLine(
            depth,
            snapshot.wait(depth.stage),
            bar(depth.runs, longest),
            None if depth.oldest_ready is None else snapshot.at - depth.oldest_ready,
            sum(line.worker.stage is depth.stage and line.state not in _AWAY for line in workers),
            sum(line.worker.stage is depth.stage and line.state == "idle" for line in workers),
        )
        for depth in snapshot.depths
    )


_SHOWN = (StageStatus.READY, StageStatus.RUNNING, StageStatus.HELD, StageStatus.FAILED, StageStatus.QUARANTINED)
_AWAY = frozenset({"gone", "stopped"})


def _running(snapshot: Snapshot) -> Iterator[RunningLine]:
    for run in snapshot.running:
        runs_for = snapshot.at - run.started_at
        usual = snapshot.wait(run.stage)
        expected = usual.work_p50 if usual is not None and usual.runs else None
        beat_age = None if run.beat_at is None else snapshot.at - run.beat_at
        yield RunningLine(
            run,
            runs_for,
            beat_age,
            min(100, round(100 * runs_for.total_seconds() / expected)) if expected else None,
            run.lease_until < snapshot.at or (beat_age is not None and beat_age > _GONE_AFTER),
        )


def _worker(worker: WorkerRow, at: datetime) -> WorkerLine:
    age = at - worker.beat_at
    gone = age > _GONE_AFTER and worker.state != "stopped"
    state = "gone" if gone else worker.state
    return WorkerLine(worker, "running" if state in {"working", "busy"} else state, age)


def _promises(snapshot: Snapshot) -> Iterator[PromiseLine]:
    known = {watch.kind: watch for watch in snapshot.promises.invariants}
    for kind, (name, about) in _INVARIANTS.items():
        watch = known.get(kind)
        yield (
            PromiseLine(name, about, None, None)
            if watch is None
            else PromiseLine(name, about, watch.found, watch.checked_at)
        )


def _chart(snapshot: Snapshot) -> NightChart | None:
    reached = snapshot.done[-1][1] if snapshot.done else 0
    total = reached + snapshot.sessions_open
    if not total:
        return None
    start = min([snapshot.done[0][0] if snapshot.done else snapshot.at, *_beginnings(snapshot)])
    start = max(start - timedelta(minutes=10), snapshot.at - NIGHT)
    outlook = snapshot.outlook
    return night_chart(NightFacts(start, snapshot.at, total, snapshot.done, outlook.fan, outlook.due))


def _beginnings(snapshot: Snapshot) -> Iterator[datetime]:
    for progress in snapshot.batches:
        opened = progress.batch.created_at
        if opened is not None and progress.running + progress.waiting and opened > snapshot.at - NIGHT:
            yield opened
