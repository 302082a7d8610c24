"""Priorities: sessions are given others, with what waits or runs of them, few statements for however many."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select

from pipeline.adapters.database.locking import Row, lock_session
from pipeline.adapters.database.runs import about
from pipeline.adapters.database.tables import sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.database.turns import Queue
from pipeline.audit.operator_events import SessionReordered
from pipeline.audit.stage_events import StageReordered
from pipeline.domain.operating import Decision
from pipeline.domain.session import SessionId, Stage, StageStatus

_UNDER_WAY = (StageStatus.READY, StageStatus.RUNNING)
#: A statement takes so many values on every database.
_AT_ONCE = 1000


def change_priority(tx: Transaction, session_id: SessionId, priority: int, decision: Decision) -> None:
    """Give a session's open and later runs another priority."""
    lock_session(tx, session_id, writing=True)
    change_priorities(tx, {session_id: priority}, decision)


def change_priorities(tx: Transaction, wanted: Mapping[SessionId, int], decision: Decision) -> None:
    """Give sessions that the caller has locked other priorities."""
    ids = sorted(wanted)
    for start in range(0, len(ids), _AT_ONCE):
        some = {session_id: wanted[session_id] for session_id in ids[start : start + _AT_ONCE]}
        update = sessions.update().where(sessions.c.session_id == bindparam("of")).values(priority=bindparam("to"))
        tx.connection.execute(update, [{"of": session_id, "to": priority} for session_id, priority in some.items()])
        _move(tx, _open_runs(tx, list(some)), some, decision)
        for session_id, priority in some.items():
            tx.record(SessionReordered(decision.actor, decision.reason, session_id, priority))


def _open_runs(tx: Transaction, ids: Sequence[SessionId]) -> Sequence[Row]:
    mine = (stage_runs.c.session_id.in_(ids), stage_runs.c.status.in_(_UNDER_WAY), stage_runs.c.stage != Stage.PURGE)
    return tx.rows(select(stage_runs).where(*mine).order_by(stage_runs.c.run_id).with_for_update())


def _move(tx: Transaction, runs: Sequence[Row], wanted: Mapping[SessionId, int], decision: Decision) -> None:
    """Put runs into the queues of their new priorities, each where its clinician's turn is."""
    if not runs:
        return
    waiting: defaultdict[tuple[Stage, int], list[Row]] = defaultdict(list)
    for run in runs:
        waiting[run["stage"], wanted[run["session_id"]]].append(run)
    moved: list[dict[str, object]] = []
    for (stage, priority), together in waiting.items():
        queue = Queue(tx, stage, priority)
        queue.look_up(run["clinician_ref"] for run in together if run["clinician_ref"] is not None)
        for run in together:
            moved.append({"of": run["run_id"], "to": priority, "drawn": queue.draw(run["clinician_ref"])})
            why = {"actor": decision.actor, "reason": decision.reason}
            tx.record(StageReordered(**{**about(run), **why}, priority=priority))
    update = stage_runs.update().where(stage_runs.c.run_id == bindparam("of"))
    tx.connection.execute(update.values(priority=bindparam("to"), turn=bindparam("drawn")), moved)
