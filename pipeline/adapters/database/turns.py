"""Turns: among runs of one priority each clinician's next run comes in the next round.

A run draws its turn once, when it becomes ready, so that a claim stays one look at an index. The round that is being
worked off now is the lowest turn that is ready: who comes late starts there, neither behind everybody nor before.
"""

from sqlalchemy import func, select

from pipeline.adapters.database.tables import stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.session import Stage, StageStatus


def draw_turn(tx: Transaction, stage: Stage, priority: int, clinician: str | None) -> int:
    """Return the turn of a run that becomes ready now."""
    queue = (stage_runs.c.stage == stage, stage_runs.c.status == StageStatus.READY, stage_runs.c.priority == priority)
    current: int = tx.connection.execute(select(func.min(stage_runs.c.turn)).where(*queue)).scalar() or 0
    if clinician is None:
        return current
    mine = select(func.max(stage_runs.c.turn)).where(*queue, stage_runs.c.clinician_ref == clinician)
    last: int | None = tx.connection.execute(mine).scalar()
    return current if last is None else max(current, last + 1)
