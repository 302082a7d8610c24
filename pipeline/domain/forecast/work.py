"""What is left to do, stage by stage; a session that is not transcribed yet is work for every stage after it too."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.domain.forecast.pace import Pace
from pipeline.domain.session import Stage
from pipeline.domain.window import ProcessingWindow


@dataclass(frozen=True, slots=True)
class StageLoad:
    """What one stage has still to do, sessions included that have not come to it yet."""

    stage: Stage
    sessions: int
    #: Seconds of sound still to be worked through, runs in progress by what is left of them.
    audio: float
    pace: Pace
    #: An operator stopped it, or nobody works at it.
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """All that a forecast is made from."""

    now: datetime
    loads: tuple[StageLoad, ...]
    #: Sessions that are not verified yet.
    sessions: int
    window: ProcessingWindow | None = None
    deadline: datetime | None = None

    def after_working(self, stage: Stage, seconds: float) -> datetime:
        """Return when a stage that begins now has worked so long, within its window."""
        work = timedelta(seconds=seconds)
        if self.window is None or stage is not Stage.TRANSCRIBE:
            return self.now + work
        return self.window.after_working(self.now, work)
