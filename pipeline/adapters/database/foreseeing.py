"""What a forecast is made from: what is left, who works, and how fast the latest runs were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true

from pipeline.adapters.database.batching import batch as one_batch
from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.steering import control
from pipeline.adapters.database.tables import sessions, stage_runs, workers
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.forecast import ForecastInputs, Sample, StageLoad, measured_pace
from pipeline.domain.night import BatchId
from pipeline.domain.operating import QueueState
from pipeline.domain.session import Stage, StageStatus, WorkerId

#: In the order in which a session passes them.
WORKED = (Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY)
#: The pace of the night is that of its latest runs; where there are few, that of the last weeks.
_LATELY = timedelta(hours=6)
_FEW = 30
_LONG_AGO = timedelta(days=14)
_SAMPLE = 600
#: A run in progress that should be over by its worker's pace has at least this part of it to go.
_LEAST_LEFT = 0.05
_SOME_RECORDING = 3000.0


@dataclass(frozen=True, slots=True)
class _Left:
    sessions: int = 0
    audio: float = 0.0

    def plus(self, other: "_Left") -> "_Left":
        return _Left(self.sessions + other.sessions, self.audio + other.audio)


def forecast_inputs(
    tx: Transaction, patience: timedelta, batch_id: BatchId | None, deadline: datetime | None
) -> ForecastInputs:
    """Return what is known now; of one batch, all that its sessions have to wait for too."""
    among = true() if batch_id is None else _before(tx, batch_id)
    if batch_id is not None:
        deadline = deadline or one_batch(tx, batch_id).deadline
    living = _living(tx, patience)
    counted, under_way = _ready(tx, among), _running(tx, among)
    loads: list[StageLoad] = []
    upstream = _Left()
    for stage in WORKED:
        waiting = counted.get(stage, _Left())
        mean = waiting.audio / waiting.sessions if waiting.sessions else _SOME_RECORDING
        pace = measured_pace(stage, _samples(tx, stage), living.get(stage, ()), mean)
        started = [row for row in under_way if row["stage"] is stage]
        mine = waiting.plus(_Left(len(started), sum(_rest(tx, row, pace.worker_speed) for row in started)))
        ahead = upstream.plus(mine)
        is_open = control(tx, stage).state is not QueueState.PAUSED
        loads.append(StageLoad(stage, ahead.sessions, ahead.audio, pace, is_open))
        upstream = upstream.plus(waiting).plus(_Left(len(started), sum(_length(row) for row in started)))
    return ForecastInputs(tx.now, tuple(loads), upstream.sessions, tx.limits.window, deadline)


def _before(tx: Transaction, batch_id: BatchId) -> ColumnElement[bool]:
    """Return the condition on runs that a batch has to wait for: its own, and what is as urgent or more."""
    lowest = select(func.max(stage_runs.c.priority)).where(
        stage_runs.c.batch_id == batch_id, stage_runs.c.status.in_((StageStatus.READY, StageStatus.RUNNING))
    )
    found = tx.connection.execute(lowest).scalar()
    condition: ColumnElement[bool] = stage_runs.c.priority <= (-1 if found is None else found)
    return condition


def _living(tx: Transaction, patience: timedelta) -> Mapping[Stage, Sequence[WorkerId]]:
    query = select(workers.c.worker_id, workers.c.stage).where(
        workers.c.beat_at >= tx.now - patience, workers.c.state != "stopped", workers.c.drain_since.is_(None)
    )
    found = tx.rows(query)
    return {stage: [WorkerId(r["worker_id"]) for r in found if r["stage"] is stage] for stage in WORKED}


def _ready(tx: Transaction, among: ColumnElement[bool]) -> Mapping[Stage, _Left]:
    query = (
        select(
            stage_runs.c.stage,
            func.count().label("sessions"),
            func.coalesce(func.sum(stage_runs.c.audio_ms), 0).label("audio_ms"),
        )
        .where(stage_runs.c.stage.in_(WORKED), stage_runs.c.status == StageStatus.READY, among)
        .group_by(stage_runs.c.stage)
    )
    return {row["stage"]: _Left(int(row["sessions"]), float(row["audio_ms"]) / 1000) for row in tx.rows(query)}


def _running(tx: Transaction, among: ColumnElement[bool]) -> list[Row]:
    query = select(stage_runs.c.stage, stage_runs.c.audio_ms, stage_runs.c.started_at).where(
        stage_runs.c.stage.in_(WORKED), stage_runs.c.status == StageStatus.RUNNING, among
    )
    return tx.rows(query)


def _rest(tx: Transaction, row: Row, speed: float) -> float:
    """Return how much sound a run in progress has still before it, by the pace of its stage."""
    done: float = (tx.now - row["started_at"]).total_seconds() * speed
    return max(_LEAST_LEFT * _length(row), _length(row) - done)


def _length(row: Row) -> float:
    return _SOME_RECORDING if row["audio_ms"] is None else float(row["audio_ms"]) / 1000


def _samples(tx: Transaction, stage: Stage) -> list[Sample]:
    lately = list(_finished(tx, stage, _LATELY))
    return lately if len(lately) >= _FEW else list(_finished(tx, stage, _LONG_AGO))


def _finished(tx: Transaction, stage: Stage, within: timedelta) -> Iterator[Sample]:
    for row in tx.rows(_latest(tx, stage, within)):
        expected = row["expected_ms"] if stage is Stage.TRANSCRIBE else None
        yield Sample(
            WorkerId(row["worker_id"]),
            row["audio_ms"] / 1000,
            (row["finished_at"] - row["started_at"]).total_seconds(),
            None if expected is None else expected / 1000,
        )


def _latest(tx: Transaction, stage: Stage, within: timedelta) -> Select[Any]:
    return (
        select(
            stage_runs.c.worker_id,
            stage_runs.c.audio_ms,
            stage_runs.c.started_at,
            stage_runs.c.finished_at,
            sessions.c.expected_ms,
        )
        .join(sessions, sessions.c.session_id == stage_runs.c.session_id)
        .where(
            stage_runs.c.stage == stage,
            stage_runs.c.finished_at >= tx.now - within,
            stage_runs.c.status == StageStatus.SUCCEEDED,
            stage_runs.c.audio_ms.is_not(None),
            stage_runs.c.started_at.is_not(None),
        )
        .order_by(stage_runs.c.finished_at.desc())
        .limit(_SAMPLE)
    )
