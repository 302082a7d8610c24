"""What runs, what ended badly, and how far batches are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from pipeline.adapters.database.batching import batch_of, is_awaited, refusal_stands
from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import batch_refusals, batches, sessions, stage_runs, workers
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.night import BatchId
from pipeline.domain.operating import CANCELLED, ENDED_BADLY
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.errors import BatchUnknownError
from pipeline.ports.queue_view import BatchProgress, FailedRow, FailureGroup, RunningRow


def running(tx: Transaction) -> tuple[RunningRow, ...]:
    """Return every run in progress, the longest first."""
    query = (
        select(stage_runs, workers.c.beat_at)
        .join(workers, workers.c.worker_id == stage_runs.c.worker_id, isouter=True)
        .where(stage_runs.c.status == StageStatus.RUNNING)
        .order_by(stage_runs.c.started_at, stage_runs.c.run_id)
    )
    return tuple(
        RunningRow(
            RunId(row["run_id"]),
            SessionId(row["session_id"]),
            row["stage"],
            row["attempt"],
            WorkerId(row["worker_id"]),
            row["started_at"],
            row["lease_until"],
            None if row["audio_ms"] is None else row["audio_ms"] / 1000,
            row["beat_at"],
        )
        for row in tx.rows(query)
    )


def failure_groups(tx: Transaction) -> tuple[FailureGroup, ...]:
    """Return runs that ended badly by stage, state, reason and engine, the most first."""
    engine = func.coalesce(workers.c.engine, "").label("engine")
    grouped = (stage_runs.c.stage, stage_runs.c.status, stage_runs.c.reason_code, engine)
    query = (
        select(*grouped, func.count().label("runs"), func.max(stage_runs.c.finished_at).label("newest"))
        .join(workers, workers.c.worker_id == stage_runs.c.worker_id, isouter=True)
        .where(stage_runs.c.stage.in_(Stage), stage_runs.c.status.in_(ENDED_BADLY))
        .group_by(*grouped)
    )
    found = sorted(tx.rows(query), key=lambda row: -row["runs"])
    return tuple(
        FailureGroup(row["stage"], row["status"], row["reason_code"] or "", row["engine"], row["runs"], row["newest"])
        for row in found
    )


def failed_runs(tx: Transaction, stage: Stage | None, reason_code: str | None, limit: int) -> tuple[FailedRow, ...]:
    """Return runs that ended badly, the latest first."""
    query = select(stage_runs).where(
        stage_runs.c.stage.in_(Stage if stage is None else [stage]), stage_runs.c.status.in_(ENDED_BADLY)
    )
    if reason_code is not None:
        query = query.where(stage_runs.c.reason_code == reason_code)
    latest = query.order_by(stage_runs.c.finished_at.desc(), stage_runs.c.run_id).limit(limit)
    return tuple(_failed(row) for row in tx.rows(latest))


def batch_progress(tx: Transaction, batch_id: BatchId) -> BatchProgress:
    """Return how far one batch is."""
    found = tx.rows(select(batches).where(batches.c.batch_id == batch_id))
    if not found:
        raise BatchUnknownError(batch_id=batch_id)
    return _progress(tx, found)[0]


def batches_progress(tx: Transaction, limit: int) -> tuple[BatchProgress, ...]:
    """Return how far the newest batches are."""
    newest = select(batches).order_by(batches.c.created_at.desc(), batches.c.batch_id).limit(limit)
    return _progress(tx, tx.rows(newest))


def _progress(tx: Transaction, found: Sequence[Row]) -> tuple[BatchProgress, ...]:
    ids = [row["batch_id"] for row in found]
    counts = _run_counts(tx, ids)
    totals = {row["batch_id"]: row for row in tx.rows(_totals(ids))}
    away = {(row["batch_id"], row["cancelled"]): row["sessions"] for row in tx.rows(_turned_away(ids))}
    awaited = {row["batch_id"]: row["sessions"] for row in tx.rows(_awaited(ids))}
    return tuple(_one(row, counts[row["batch_id"]], totals.get(row["batch_id"]), away, awaited) for row in found)


def _run_counts(tx: Transaction, ids: Sequence[BatchId]) -> defaultdict[str, Counter[tuple[Stage, StageStatus]]]:
    query = (
        select(stage_runs.c.batch_id, stage_runs.c.stage, stage_runs.c.status, func.count().label("runs"))
        .where(stage_runs.c.batch_id.in_(ids), stage_runs.c.stage != Stage.PURGE)
        .group_by(stage_runs.c.batch_id, stage_runs.c.stage, stage_runs.c.status)
    )
    counts: defaultdict[str, Counter[tuple[Stage, StageStatus]]] = defaultdict(Counter)
    for row in tx.rows(query):
        counts[row["batch_id"]][row["stage"], row["status"]] = row["runs"]
    return counts


def _totals(ids: Sequence[BatchId]) -> Select[tuple[Any, ...]]:
    length = func.coalesce(sessions.c.audio_ms, sessions.c.expected_ms, 0)
    return (
        select(sessions.c.batch_id, func.count().label("sessions"), func.sum(length).label("audio_ms"))
        .where(sessions.c.batch_id.in_(ids))
        .group_by(sessions.c.batch_id)
    )


def _turned_away(ids: Sequence[BatchId]) -> Select[tuple[Any, ...]]:
    """Select how many sessions of each batch were turned away, or ended by an operator, and have not come since."""
    cancelled = (batch_refusals.c.reason_code == CANCELLED).label("cancelled")
    since = (sessions.c.session_id == batch_refusals.c.session_id) & sessions.c.accepted_at.is_not(None)
    return (
        select(batch_refusals.c.batch_id, cancelled, func.count().label("sessions"))
        .join(sessions, since, isouter=True)
        .where(batch_refusals.c.batch_id.in_(ids), sessions.c.session_id.is_(None), refusal_stands())
        .group_by(batch_refusals.c.batch_id, "cancelled")
    )


def _awaited(ids: Sequence[BatchId]) -> Select[tuple[Any, ...]]:
    """Select how many sessions of each batch have no recording yet and may still get one."""
    return (
        select(sessions.c.batch_id, func.count().label("sessions"))
        .where(sessions.c.batch_id.in_(ids), is_awaited())
        .group_by(sessions.c.batch_id)
    )


def _one(
    row: Row,
    counts: Counter[tuple[Stage, StageStatus]],
    total: Row | None,
    away: dict[tuple[str, bool], int],
    awaited: dict[str, int],
) -> BatchProgress:
    def of(status: StageStatus) -> int:
        return sum(count for (_, counted), count in counts.items() if counted is status)

    return BatchProgress(
        batch_of(row),
        0 if total is None else int(total["sessions"]),
        counts[Stage.VERIFY, StageStatus.SUCCEEDED],
        of(StageStatus.RUNNING),
        of(StageStatus.READY),
        of(StageStatus.FAILED),
        of(StageStatus.REFUSED),
        of(StageStatus.QUARANTINED),
        of(StageStatus.CANCELLED) + away.get((row["batch_id"], True), 0),
        away.get((row["batch_id"], False), 0),
        awaited.get(row["batch_id"], 0),
        0.0 if total is None else float(total["audio_ms"]) / 1000,
    )


def _failed(row: Row) -> FailedRow:
    return FailedRow(
        RunId(row["run_id"]),
        SessionId(row["session_id"]),
        row["stage"],
        row["status"],
        row["reason_code"] or "",
        row["attempt"],
        row["crash_count"],
        None if row["worker_id"] is None else WorkerId(row["worker_id"]),
        row["finished_at"],
    )
