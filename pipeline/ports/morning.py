"""What the morning report reads."""

from datetime import datetime
from typing import Protocol

from pipeline.domain.morning import MorningRow
from pipeline.domain.night import BatchId


class MorningView(Protocol):
    """How the sessions of a night stand."""

    def morning_rows(self, since: datetime, batch_id: BatchId | None = None) -> tuple[MorningRow, ...]:
        """Return every session handed in or worked on since then, or of one batch."""
        ...
