"""Whether the promises hold: nothing lost or doubled, deletions in time, no run without its doorbell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pipeline.domain.session import RunId, SessionId, Stage, StageStatus


@dataclass(frozen=True, slots=True)
class RetentionWatch:
    """Deletions, in sessions."""

    due_in_a_day: int = 0
    #: Due for longer than the sweep takes, and no legal hold stands.
    overdue: int = 0
    held: int = 0
    deleted_in_a_day: int = 0


class InvariantKind(StrEnum):
    """What must never be."""

    #: A session that was accepted, has no open run, and came to no end.
    LOST = "lost"
    #: A run that made more than one artifact of a kind.
    DOUBLED = "doubled"
    #: An object in the store, older than any stage, that no row speaks of.
    ORPHAN_OBJECT = "orphan_object"
    #: A row that speaks of an object that is not in the store.
    MISSING_OBJECT = "missing_object"


@dataclass(frozen=True, slots=True)
class InvariantWatch:
    """How often something that must never be was found when it was last looked for."""

    kind: InvariantKind
    found: int
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class PromiseWatch:
    """The promises at one moment."""

    at: datetime
    retention: RetentionWatch = RetentionWatch()
    invariants: tuple[InvariantWatch, ...] = ()
    #: Runs that consent forbade in the last day, by reason.
    refusals: tuple[tuple[str, int], ...] = ()
    #: Results that the fence turned away in the last day: each a late worker, stopped.
    fence_rejections: int = 0
    #: Ready runs whose doorbell should have rung again and did not.
    unrung: int = 0
    oldest_unrung: datetime | None = None


class PromiseView(Protocol):
    """Where operators look."""

    def promises(self) -> PromiseWatch:
        """Return the promises as they stand, in one transaction that takes no lock."""
        ...


class InspectionLedger(Protocol):
    """Where an inspection looks, and where it keeps what it found."""

    def count_lost(self) -> int:
        """Return how many accepted sessions have no open run and came to no end."""
        ...

    def count_doubled(self) -> int:
        """Return how many runs made more than one artifact of a kind."""
        ...

    def keep_inspection(self, found: Mapping[InvariantKind, int]) -> None:
        """Keep what was found, for those who watch."""
        ...


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs to list; what is ``None`` does not matter."""

    status: StageStatus
    stage: Stage | None = None
    reason_code: str | None = None
    #: The run after which the list goes on: its moment and id.
    after: tuple[datetime, RunId] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run in a list."""

    run_id: RunId
    session_id: SessionId
    stage: Stage
    status: StageStatus
    attempt: int
    crash_count: int
    priority: int
    reason_code: str | None
    engine: str | None
    #: When it came to this state: ended, started or became ready.
    since: datetime
