"""What dashboards, metrics and the API read of the queues: counts, times and codes, never content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.domain.forecast import ForecastInputs
from pipeline.domain.night import Batch, BatchId
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.ports.operations import StageControl
from pipeline.ports.workers import WorkerRow


@dataclass(frozen=True, slots=True)
class StageDepth:
    """How much of a stage is in each state; what succeeded is counted over the last hour only."""

    stage: Stage
    control: StageControl
    runs: Mapping[StageStatus, int]
    #: Of the ready runs, those that wait for a later try.
    delayed: int
    #: When the longest waiting ready run was opened.
    oldest_ready: datetime | None
    ready_audio_seconds: float
    running_audio_seconds: float
    succeeded_last_hour: int
    audio_seconds_last_hour: float


@dataclass(frozen=True, slots=True)
class WaitTimes:
    """How long the latest runs of a stage waited and worked, in seconds."""

    stage: Stage
    runs: int
    wait_p50: float
    wait_p95: float
    work_p50: float
    work_p95: float


@dataclass(frozen=True, slots=True)
class ReadyCount:
    """Ready runs of one stage and priority."""

    stage: Stage
    priority: int
    runs: int


@dataclass(frozen=True, slots=True)
class RunningRow:
    """A run in progress."""

    run_id: RunId
    session_id: SessionId
    stage: Stage
    attempt: int
    worker_id: WorkerId
    started_at: datetime
    lease_until: datetime
    audio_seconds: float | None
    #: When its worker was last heard of.
    beat_at: datetime | None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Runs that ended badly for one reason under one engine."""

    stage: Stage
    status: StageStatus
    reason_code: str
    engine: str
    runs: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A run that ended badly."""

    run_id: RunId
    session_id: SessionId
    stage: Stage
    status: StageStatus
    reason_code: str
    attempt: int
    crash_count: int
    worker_id: WorkerId | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch has come, in sessions."""

    batch: Batch
    sessions: int
    #: Verified: its draft can be reviewed.
    done: int
    running: int
    waiting: int
    #: Ended badly, by what a person can do about it.
    failed: int
    refused: int
    quarantined: int
    cancelled: int
    #: Turned away at intake.
    turned_away: int
    #: Without a recording, which may still come.
    awaited: int
    audio_seconds: float


class StuckKind(StrEnum):
    """What can be stuck."""

    READY_WITH_IDLE_WORKERS = "ready_with_idle_workers"
    READY_WITHOUT_WORKERS = "ready_without_workers"
    STALE_BEAT = "stale_beat"
    LEASE_OVERDUE = "lease_overdue"
    ANNOUNCED_NOT_COME = "announced_not_come"


@dataclass(frozen=True, slots=True)
class StuckFinding:
    """Something that does not move, and where."""

    kind: StuckKind
    stage: Stage | None
    count: int
    #: Since when the longest of them stands still.
    since: datetime
    run_id: RunId | None = None
    worker_id: WorkerId | None = None


class QueueView(Protocol):
    """Counts and times of the queues, each read in one short transaction."""

    def stage_depths(self) -> tuple[StageDepth, ...]:
        """Return every stage's depth."""
        ...

    def ready_counts(self) -> tuple[ReadyCount, ...]:
        """Return ready runs by stage and priority."""
        ...

    def wait_times(self, within: timedelta = timedelta(hours=1)) -> tuple[WaitTimes, ...]:
        """Return percentiles over the latest finished runs of each stage."""
        ...

    def running(self) -> tuple[RunningRow, ...]:
        """Return every run in progress, the longest first."""
        ...

    def failure_groups(self) -> tuple[FailureGroup, ...]:
        """Return runs that ended badly by stage, state, reason and engine, the most first."""
        ...

    def failed_runs(
        self, stage: Stage | None = None, reason_code: str | None = None, limit: int = 100
    ) -> tuple[FailedRow, ...]:
        """Return runs that ended badly, the latest first."""
        ...

    def batch_progress(self, batch_id: BatchId) -> BatchProgress:
        """Return how far one batch is; raise ``BatchUnknownError``."""
        ...

    def batches_progress(self, limit: int = 10) -> tuple[BatchProgress, ...]:
        """Return how far the newest batches are."""
        ...

    def living_workers(self, within: timedelta) -> tuple[WorkerRow, ...]:
        """Return the workers heard of within that time."""
        ...

    def forecast_inputs(
        self, patience: timedelta, batch_id: BatchId | None = None, deadline: datetime | None = None
    ) -> ForecastInputs:
        """Return what ``pipeline.domain.forecast.forecast`` needs; workers silent for ``patience`` are not counted."""
        ...

    def stuck(self, patience: timedelta) -> tuple[StuckFinding, ...]:
        """Return what has stood still for longer than ``patience`` and should not."""
        ...
