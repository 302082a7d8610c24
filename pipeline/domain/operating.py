"""What operators do to queues, and how they say who and why: in codes, so that no words of a session can slip in."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.night import BatchId
from pipeline.domain.session import Stage, StageStatus
from pipeline.errors import ReasonInvalidError

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{1,63}")

#: How a run stands that ended, and not well.
ENDED_BADLY = (StageStatus.FAILED, StageStatus.QUARANTINED, StageStatus.REFUSED)
#: The reason code of what an operator ended.
CANCELLED = "session_cancelled"


class QueueState(StrEnum):
    """What a stage's workers may take."""

    OPEN = "open"
    #: Nothing more starts; runs in progress finish.
    PAUSED = "paused"
    #: What was ready at that moment is worked off; what comes later waits.
    DRAINING = "draining"


def require_code(*given: str) -> None:
    """Raise ``ReasonInvalidError`` where a reason, or who gives it, is in words of one's own."""
    if not all(_CODE.fullmatch(each) for each in given):
        raise ReasonInvalidError


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided something, and why; both are codes."""

    actor: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse a reason in words of one's own."""
        require_code(self.reason, self.actor)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs that ended badly are meant; what is ``None`` does not matter."""

    stage: Stage | None = None
    reason_code: str | None = None
    batch_id: BatchId | None = None
    statuses: tuple[StageStatus, ...] = (StageStatus.FAILED, StageStatus.QUARANTINED)
