"""The hours in which sessions may start, and what is urgent enough to start at any hour."""

from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.domain.window import ProcessingWindow


class NightSettings(BaseModel):
    """The processing window. Where neither hour is given, sessions start at any hour."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    #: Hours of the local clock such as 20:00 and 06:00.
    opens: str = ""
    closes: str = ""
    time_zone: str = "UTC"
    #: A session of this priority, or a lower number, starts at any hour.
    urgent: int = Field(default=10, ge=0)

    @property
    def zone(self) -> ZoneInfo:
        """Return the agency's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def window(self) -> ProcessingWindow | None:
        """Return the window, or ``None`` where there is none."""
        if not self.opens:
            return None
        return ProcessingWindow(time.fromisoformat(self.opens), time.fromisoformat(self.closes), self.zone)

    @model_validator(mode="after")
    def _hours_belong_together(self) -> "NightSettings":
        if bool(self.opens) != bool(self.closes):
            reason = "opens and closes are given together or not at all"
            raise ValueError(reason)
        try:
            _ = self.zone, self.window
        except (ZoneInfoNotFoundError, ValueError, OSError):
            reason = "hours are written 20:00, and the time zone as in America/New_York"
            raise ValueError(reason) from None
        return self
