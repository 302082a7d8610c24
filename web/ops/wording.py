"""How times, lengths, counts and states are said on the dashboard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from pipeline.domain.session import StageStatus
from pipeline.errors import PipelineError

_MINUTE = 60
_HOUR = 3600
_DAY = 86400
_KIB = 1024
#: The order in which states are shown, everywhere.
STATES = (
    StageStatus.READY, StageStatus.RUNNING, StageStatus.HELD, StageStatus.FAILED, StageStatus.QUARANTINED,
)  # fmt: skip

_NOTHING = "\u2013"


def length(value: timedelta | float | None) -> str:
    """Return a length of time in its two largest units, as in ``3 min 20 s``."""
    if value is None:
        return _NOTHING
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < _MINUTE:
        return f"{max(0, seconds)} s"
    if seconds < 10 * _MINUTE:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    minutes = seconds // _MINUTE
    if minutes < _MINUTE:
        return f"{minutes} min"
    if seconds < 2 * _DAY:
        return f"{minutes // _MINUTE} h {minutes % _MINUTE} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"


def hours(seconds: float) -> str:
    """Return seconds of recording as hours, as in ``12.5 h``."""
    value = seconds / _HOUR
    return f"{value:,.1f} h" if value < 100 else f"{value:,.0f} h"  # noqa: PLR2004 - three digits are enough


def count(value: float) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,.0f}"


def size(value: int | None) -> str:
    """Return bytes in a unit a person reads."""
    if value is None:
        return _NOTHING
    megabytes = value / _KIB / _KIB
    return f"{megabytes:,.0f} MB" if megabytes < _KIB else f"{megabytes / _KIB:.1f} GB"


def short(identity: str | None) -> str:
    """Return enough of an id to recognise it by; the whole stands in its link and title."""
    if not identity:
        return _NOTHING
    return identity if len(identity) <= 14 else f"{identity[:12]}\u2026"  # noqa: PLR2004 - what a column holds


@dataclass(frozen=True, slots=True)
class Times:
    """Moments on the agency's own clock; each says which clock that is."""

    zone: ZoneInfo

    def moment(self, at: datetime | None) -> Markup:
        """Return day, time and zone."""
        return self._time(at, "%Y-%m-%d %H:%M:%S %Z")

    def clock(self, at: datetime | None) -> Markup:
        """Return the time of day and the zone."""
        return self._time(at, "%H:%M %Z")

    def bare(self, at: datetime) -> str:
        """Return the time of day alone, for an axis whose title names the zone."""
        return at.astimezone(self.zone).strftime("%H:%M")

    def day(self, at: datetime | None) -> Markup:
        """Return day and time without seconds."""
        return self._time(at, "%a %d %b %H:%M %Z")

    def _time(self, at: datetime | None, form: str) -> Markup:
        if at is None:
            return Markup("\u2013")
        said = at.astimezone(self.zone).strftime(form)
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), said)


def sentences() -> Mapping[str, str]:
    """Return the sentence that says what to do, by reason code."""
    return {kind.reason_code: kind.sentence for kind in _kinds(PipelineError)}


def _kinds(kind: type[PipelineError]) -> Iterator[type[PipelineError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)
