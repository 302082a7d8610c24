"""One moment of everything the dashboard shows, and how it is gathered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.domain.session import Stage, StageStatus
from pipeline.ports.promises import PromiseWatch
from pipeline.ports.queue_view import (
    BatchProgress,
    FailureGroup,
    QueueView,
    RunningRow,
    StageDepth,
    StuckFinding,
    WaitTimes,
)
from pipeline.ports.workers import WorkerRow
from web.ops.charts import Fan

#: Workers not heard of for longer than this are of another night.
_WORKERS_OF = timedelta(hours=12)
_PATIENCE = timedelta(minutes=5)
#: A night is as long as this at most; older ends are another night's.
NIGHT = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Outlook:
    """When everything that is open is expected to be done."""

    fan: Fan | None
    #: Sessions that will probably not be ready in time.
    at_risk: int = 0
    due: datetime | None = None
    #: What would help, in a sentence.
    advice: str = ""
    #: Why there is no forecast, in a sentence.
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything of one moment; most of it comes straight from the ports."""

    at: datetime
    depths: tuple[StageDepth, ...]
    waits: tuple[WaitTimes, ...]
    running: tuple[RunningRow, ...]
    failures: tuple[FailureGroup, ...]
    workers: tuple[WorkerRow, ...]
    batches: tuple[BatchProgress, ...]
    stuck: tuple[StuckFinding, ...]
    promises: PromiseWatch
    outlook: Outlook
    #: How many sessions were ready for review at a moment of this night, in order of time.
    done: Sequence[tuple[datetime, int]] = field(default=())

    def depth(self, status: StageStatus) -> int:
        """Return how many runs of all stages are in a state."""
        return sum(depth.runs.get(status, 0) for depth in self.depths)

    def wait(self, stage: Stage) -> WaitTimes | None:
        """Return the waiting times of a stage."""
        return next((wait for wait in self.waits if wait.stage is stage), None)

    @property
    def sessions_open(self) -> int:
        """Return how many sessions are still on their way to review."""
        on_their_way = (StageStatus.READY, StageStatus.RUNNING)
        stages = (depth for depth in self.depths if depth.stage is not Stage.PURGE)
        return sum(depth.runs.get(status, 0) for depth in stages for status in on_their_way)


class Beside(Protocol):
    """What a snapshot takes beside the queues' own view."""

    def promises(self) -> PromiseWatch:
        """Return the promises as they stand."""
        ...

    def finished_times(self, stage: Stage, since: datetime) -> Sequence[datetime]:
        """Return when runs of a stage succeeded since a moment, in order."""
        ...


#: Foretells, out of the batches that are open and the moment.
Foresee = Callable[[Sequence[BatchProgress], datetime], Outlook]


def take_snapshot(queues: QueueView, beside: Beside, foresee: Foresee) -> Snapshot:
    """Look at everything once."""
    promises = beside.promises()
    batches = queues.batches_progress()
    return Snapshot(
        promises.at,
        queues.stage_depths(),
        queues.wait_times(),
        queues.running(),
        tuple(group for group in queues.failure_groups() if group.status is not StageStatus.REFUSED),
        queues.living_workers(_WORKERS_OF),
        batches,
        queues.stuck(_PATIENCE),
        promises,
        foresee(batches, promises.at),
        _stairs(beside.finished_times(Stage.VERIFY, promises.at - NIGHT)),
    )


def _stairs(moments: Sequence[datetime], most: int = 120) -> tuple[tuple[datetime, int], ...]:
    """Return how many there were at each moment; as many steps as a chart can show."""
    every = max(1, len(moments) // most)
    steps = [(at, number) for number, at in enumerate(moments, 1) if number % every == 0 or number == len(moments)]
    return tuple(steps)
