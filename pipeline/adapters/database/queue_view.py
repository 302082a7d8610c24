"""The queues as dashboards, metrics and the API read them, on SQL."""

from datetime import datetime, timedelta

from pipeline.adapters.database import depths, foreseeing, living, reporting, sticking, watching
from pipeline.adapters.database.transactions import Database
from pipeline.domain.forecast import ForecastInputs
from pipeline.domain.morning import MorningRow
from pipeline.domain.night import BatchId
from pipeline.domain.session import Stage
from pipeline.ports.queue_view import (
    BatchProgress,
    FailedRow,
    FailureGroup,
    ReadyCount,
    RunningRow,
    StageDepth,
    StuckFinding,
    WaitTimes,
)
from pipeline.ports.workers import WorkerRow

_HOUR = timedelta(hours=1)


class SqlQueueView:
    """Counts and times of the queues, each read in one short transaction."""

    database: Database

    def stage_depths(self) -> tuple[StageDepth, ...]:
        """Return every stage's depth."""
        return self.database.read(depths.stage_depths)

    def ready_counts(self) -> tuple[ReadyCount, ...]:
        """Return ready runs by stage and priority."""
        return self.database.read(depths.ready_counts)

    def wait_times(self, within: timedelta = _HOUR) -> tuple[WaitTimes, ...]:
        """Return percentiles over the latest finished runs of each stage."""
        return self.database.read(lambda tx: depths.wait_times(tx, within))

    def running(self) -> tuple[RunningRow, ...]:
        """Return every run in progress, the longest first."""
        return self.database.read(watching.running)

    def failure_groups(self) -> tuple[FailureGroup, ...]:
        """Return runs that ended badly by stage, state, reason and engine, the most first."""
        return self.database.read(watching.failure_groups)

    def failed_runs(
        self, stage: Stage | None = None, reason_code: str | None = None, limit: int = 100
    ) -> tuple[FailedRow, ...]:
        """Return runs that ended badly, the latest first."""
        return self.database.read(lambda tx: watching.failed_runs(tx, stage, reason_code, limit))

    def batch_progress(self, batch_id: BatchId) -> BatchProgress:
        """Return how far one batch is."""
        return self.database.read(lambda tx: watching.batch_progress(tx, batch_id))

    def batches_progress(self, limit: int = 10) -> tuple[BatchProgress, ...]:
        """Return how far the newest batches are."""
        return self.database.read(lambda tx: watching.batches_progress(tx, limit))

    def living_workers(self, within: timedelta) -> tuple[WorkerRow, ...]:
        """Return the workers heard of within that time and not stopped."""
        return self.database.read(lambda tx: living.living_workers(tx, within))

    def forecast_inputs(
        self, patience: timedelta, batch_id: BatchId | None = None, deadline: datetime | None = None
    ) -> ForecastInputs:
        """Return what a forecast needs."""
        return self.database.read(lambda tx: foreseeing.forecast_inputs(tx, patience, batch_id, deadline))

    def morning_rows(self, since: datetime, batch_id: BatchId | None = None) -> tuple[MorningRow, ...]:
        """Return how the sessions of a night stand."""
        return self.database.read(lambda tx: reporting.morning_rows(tx, since, batch_id))

    def stuck(self, patience: timedelta) -> tuple[StuckFinding, ...]:
        """Return what has stood still for longer than ``patience`` and should not."""
        return self.database.read(lambda tx: sticking.stuck(tx, patience))
