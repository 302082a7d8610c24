"""Turns: among runs of one priority each clinician's next run comes in the next round.

A run draws its turn once, when it becomes ready, so that a claim stays one look at an index. The round that is being
worked off now is the lowest turn that is ready: who comes late starts there, neither behind everybody nor before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from pipeline.adapters.database.tables import stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.session import Stage, StageStatus


@dataclass
class Queue:
    """The turns of one stage and priority, counting those drawn in this transaction."""

    tx: Transaction
    stage: Stage
    priority: int
    _current: int | None = None
    _last: dict[str, int | None] = field(default_factory=dict)

    def draw(self, clinician: str | None) -> int:
        """Return the turn of a run that becomes ready now."""
        current = self._round()
        if clinician is None:
            return current
        if clinician not in self._last:
            self.look_up([clinician])
        last = self._last[clinician]
        drawn = current if last is None else max(current, last + 1)
        self._last[clinician] = drawn
        return drawn

    def look_up(self, clinicians: Iterable[str]) -> None:
        """Find the last turns of many clinicians in one query."""
        wanted = sorted(set(clinicians))
        self._last.update(dict.fromkeys(wanted))
        last = select(stage_runs.c.clinician_ref, func.max(stage_runs.c.turn).label("turn")).where(
            *self._ready(), stage_runs.c.clinician_ref.in_(wanted)
        )
        for row in self.tx.rows(last.group_by(stage_runs.c.clinician_ref)):
            self._last[row["clinician_ref"]] = row["turn"]

    def _round(self) -> int:
        if self._current is None:
            lowest = select(func.min(stage_runs.c.turn)).where(*self._ready())
            self._current = self.tx.connection.execute(lowest).scalar() or 0
        return self._current

    def _ready(self) -> tuple[ColumnElement[bool], ...]:
        return (
            stage_runs.c.stage == self.stage,
            stage_runs.c.status == StageStatus.READY,
            stage_runs.c.priority == self.priority,
        )


def draw_turn(tx: Transaction, stage: Stage, priority: int, clinician: str | None) -> int:
    """Return the turn of one run that becomes ready now."""
    return Queue(tx, stage, priority).draw(clinician)
