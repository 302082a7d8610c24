"""Stage runs: how one is opened and how it changes state, each change with its audit entry."""

import uuid
from typing import Any

from sqlalchemy import func, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.database.turns import draw_turn
from pipeline.audit.stage_events import StageOpened, StageRefused
from pipeline.domain.session import RunId, Stage, StageStatus

#: A run in one of these is still to come to its end.
OPEN = (StageStatus.READY, StageStatus.RUNNING, StageStatus.HELD)


def about(run: Row) -> dict[str, Any]:
    """Return what every audit entry says of a run."""
    return {name: run[name] for name in ("run_id", "session_id", "stage", "generation", "attempt")}


def open_run(tx: Transaction, session: Row, stage: Stage) -> RunId | None:
    """Insert the next run of a stage, or return ``None`` where one is still open."""
    mine = (stage_runs.c.session_id == session["session_id"], stage_runs.c.stage == stage)
    if tx.rows(select(stage_runs.c.run_id).where(*mine, stage_runs.c.status.in_(OPEN))):
        return None
    generation = tx.connection.execute(select(func.max(stage_runs.c.generation)).where(*mine)).scalar() or 0
    row = {
        "run_id": RunId(f"run-{uuid.uuid4().hex}"),
        "session_id": session["session_id"],
        "stage": stage,
        "generation": generation + 1,
        "status": StageStatus.READY,
        "attempt": 0,
        "failures": 0,
        "crash_count": 0,
        "priority": session["priority"],
        "turn": draw_turn(tx, stage, session["priority"], session["clinician_ref"]),
        "clinician_ref": session["clinician_ref"],
        "batch_id": session["batch_id"],
        "audio_ms": session["audio_ms"] or session["expected_ms"],
        "created_at": tx.now,
        "rung_at": tx.now,
        "ready_at": tx.now,
    }
    tx.connection.execute(stage_runs.insert().values(**row))
    tx.record(StageOpened(**about(row)))
    return RunId(row["run_id"])


def change_run(tx: Transaction, run: Row, status: StageStatus, **values: object) -> None:
    """Move a locked run to a state; one that does not run has no lease."""
    if status is StageStatus.READY:
        values.setdefault("rung_at", tx.now)
        values.setdefault("ready_at", values.get("not_before") or tx.now)
    elif status is not StageStatus.HELD:
        values.setdefault("finished_at", tx.now)
    tx.connection.execute(
        stage_runs.update()
        .where(stage_runs.c.run_id == run["run_id"])
        .values(status=status, lease_until=None, **values)
    )


def refuse_run(tx: Transaction, run: Row, reason_code: str) -> None:
    """End a run because a rule forbids it, and move the fence past whoever works on it."""
    tx.record(StageRefused(**about(run), reason_code=reason_code))
    change_run(tx, run, StageStatus.REFUSED, reason_code=reason_code, attempt=run["attempt"] + 1)
