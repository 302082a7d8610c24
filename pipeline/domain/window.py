"""The hours in which sessions may start, on the agency's own clock, right on the nights when clocks change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ProcessingWindow:
    """From one hour of the local clock to another, every night; past midnight where it closes before it opens."""

    opens: time
    closes: time
    zone: ZoneInfo

    def is_open(self, moment: datetime) -> bool:
        """Say whether a session may start at this moment."""
        return any(start <= moment < end for start, end in self._around(moment))

    def next_opening(self, moment: datetime) -> datetime:
        """Return the moment itself where the window is open, else when it opens next."""
        return moment if self.is_open(moment) else min(s for s, _ in self._around(moment) if s > moment)

    def closing_after(self, moment: datetime) -> datetime:
        """Return when the window that is open now, or opens next, closes."""
        return min(end for _, end in self._around(moment) if end > moment)

    def after_working(self, start: datetime, work: timedelta) -> datetime:
        """Return when so much work is done that goes on only while the window is open."""
        at = self.next_opening(start)
        left = work
        while at + left > self.closing_after(at):
            closing = self.closing_after(at)
            left -= closing - at
            at = self.next_opening(closing)
        return at + left

    def _around(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the windows of the days around a moment, in UTC, in order."""
        today = moment.astimezone(self.zone).date()
        for days in (-2, -1, 0, 1, 2):
            yield self._on(today + days * _DAY)

    def _on(self, day: date) -> tuple[datetime, datetime]:
        # An hour that comes twice opens at its first coming and closes at its second; one that is skipped counts as
        # the moment of the change.
        opens = datetime.combine(day, self.opens, self.zone)
        closing_day = day if self.closes > self.opens else day + _DAY
        closes = datetime.combine(closing_day, self.closes, self.zone).replace(fold=1)
        return _instant(opens), _instant(closes)


def _instant(local: datetime) -> datetime:
    """Return the moment a local clock shows this; the moment of the change where it never does."""
    instant = local.astimezone(UTC)
    back = instant.astimezone(local.tzinfo)
    if back.replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # Inside a gap: both readings of it lie on either side of the change.
    early, late = sorted(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        shows = middle.astimezone(local.tzinfo).replace(tzinfo=None) >= local.replace(tzinfo=None)
        early, late = (early, middle) if shows else (middle, late)
    return late.replace(microsecond=0)
