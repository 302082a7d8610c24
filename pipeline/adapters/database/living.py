"""Which workers live, what each does, and what it says of itself."""

from datetime import timedelta

from sqlalchemy import Select, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import stage_runs, workers
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.ports.workers import WorkerFacts, WorkerRow


def beat_worker(tx: Transaction, worker_id: WorkerId, stage: Stage, state: str, facts: WorkerFacts) -> None:
    """Note that a worker lives and what it does."""
    said = {"memory_bytes": facts.memory_bytes, "version": facts.version, "engine": facts.engine}
    said["fence_rejections"] = facts.fence_rejections
    known = {"stage": stage, "state": state, "beat_at": tx.now, **said}
    if tx.insert_absent(workers, worker_id=worker_id, started_at=tx.now, **known):
        return
    tx.connection.execute(workers.update().where(workers.c.worker_id == worker_id).values(**known))


def all_workers(tx: Transaction) -> tuple[WorkerRow, ...]:
    """Return every worker ever heard of, the latest heard first."""
    return _rows(tx, select(workers))


def living_workers(tx: Transaction, within: timedelta) -> tuple[WorkerRow, ...]:
    """Return the workers heard of lately and not stopped, the latest heard first."""
    return _rows(tx, select(workers).where(workers.c.beat_at >= tx.now - within, workers.c.state != "stopped"))


def _rows(tx: Transaction, query: Select[tuple[object, ...]]) -> tuple[WorkerRow, ...]:
    running = select(stage_runs.c.worker_id, stage_runs.c.run_id, stage_runs.c.session_id)
    busy = {row["worker_id"]: row for row in tx.rows(running.where(stage_runs.c.status == StageStatus.RUNNING))}
    found = tx.rows(query.order_by(workers.c.beat_at.desc(), workers.c.worker_id))
    return tuple(_worker(row, busy.get(row["worker_id"])) for row in found)


def _worker(row: Row, run: Row | None) -> WorkerRow:
    return WorkerRow(
        WorkerId(row["worker_id"]),
        row["stage"],
        row["state"],
        row["started_at"],
        row["beat_at"],
        row["memory_bytes"],
        row["version"],
        row["engine"],
        row["drain_since"],
        None if run is None else RunId(run["run_id"]),
        None if run is None else SessionId(run["session_id"]),
    )
