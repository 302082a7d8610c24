"""Charts as geometry: the server draws them, and each says in words what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.domain.session import StageStatus
from web.ops.wording import STATES

WIDTH, HEIGHT = 720, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 16, 20, 28


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar, in hundredths of its width."""

    status: StageStatus
    start: float
    width: float
    runs: int


def bar(depth: Mapping[StageStatus, int], longest: int) -> tuple[BarPart, ...]:
    """Return the parts of a stage's bar; the longest bar of all is full."""
    parts: list[BarPart] = []
    start = 0.0
    for status in STATES:
        runs = depth.get(status, 0)
        if runs:
            # One run must still be seen beside thousands.
            width = max(1.0, 100 * runs / max(longest, 1))
            parts.append(BarPart(status, round(start, 2), round(width, 2), runs))
            start += width
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Fan:
    """When the work is expected to be done: at the earliest, in the middle, at the latest."""

    low: datetime
    middle: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What the chart of a night is drawn from."""

    start: datetime
    now: datetime
    total: int
    #: How many sessions were done at a moment, in order of time.
    done: Sequence[tuple[datetime, int]]
    fan: Fan | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    moment: datetime | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class NightChart:
    """Lines and areas, ready to be drawn."""

    done: str
    band: str
    middle: str
    now: float
    due: float | None
    hours: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


def night_chart(facts: NightFacts) -> NightChart:
    """Return a night as a chart: what is done so far, and between which lines the rest is expected."""
    scale = _Scale(facts.start, _end(facts), max(facts.total, 1))
    reached = facts.done[-1][1] if facts.done else 0
    steps = [scale.point(facts.start, 0), *(scale.point(at, done) for at, done in facts.done)]
    steps.append(scale.point(facts.now, reached))
    floor = [scale.point(facts.now, 0), scale.point(facts.start, 0)]
    fan, here = facts.fan, scale.point(facts.now, reached)
    return NightChart(
        done=" ".join([*steps, *floor]),
        band="" if fan is None else f"{here} {scale.point(fan.low, facts.total)} {scale.point(fan.high, facts.total)}",
        middle="" if fan is None else f"{here} {scale.point(fan.middle, facts.total)}",
        now=scale.x(facts.now),
        due=None if facts.due is None else scale.x(facts.due),
        hours=_hours(scale),
        levels=_levels(scale),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Moments and counts to places in the drawing."""

    start: datetime
    end: datetime
    most: int

    def x(self, at: datetime) -> float:
        span = (self.end - self.start).total_seconds()
        share = (min(max(at, self.start), self.end) - self.start).total_seconds() / span
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: int) -> float:
        return round(HEIGHT - _BOTTOM - value / self.most * (HEIGHT - _TOP - _BOTTOM), 1)

    def point(self, at: datetime, value: int) -> str:
        return f"{self.x(at)},{self.y(value)}"


def _end(facts: NightFacts) -> datetime:
    ends = [facts.now + timedelta(minutes=30), facts.start + timedelta(hours=2)]
    if facts.due is not None:
        ends.append(facts.due + timedelta(minutes=30))
    if facts.fan is not None:
        # A forecast of days must not press the night into a corner.
        ends.append(min(facts.fan.high + timedelta(minutes=20), facts.now + timedelta(hours=36)))
    return max(ends)


def _hours(scale: _Scale) -> tuple[Tick, ...]:
    span = scale.end - scale.start
    step = timedelta(hours=max(1, -(-int(span.total_seconds() / 3600) // 10)))
    first = scale.start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    moments = (first + number * step for number in range(int(span / step) + 1))
    return tuple(Tick(scale.x(at), moment=at) for at in moments if at < scale.end)


def _levels(scale: _Scale) -> tuple[Tick, ...]:
    values = sorted({0, scale.most // 2, scale.most})
    return tuple(Tick(scale.y(value), value=value) for value in values)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a stage."""

    start: datetime
    #: ``None``: it goes on.
    end: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage's tries, as places in hundredths of the width."""

    name: str
    bars: tuple[tuple[float, float, str], ...]


def lanes(tries: Mapping[str, Sequence[Attempt]], now: datetime) -> tuple[Lane, ...]:
    """Return a session's tries, a lane for each stage, over the time from the first to the last."""
    moments = [moment for each in tries.values() for a in each for moment in (a.start, a.end or now)]
    if not moments:
        return ()
    first, span = min(moments), max((max(moments) - min(moments)).total_seconds(), 1.0)

    def place(attempt: Attempt) -> tuple[float, float, str]:
        start = 100 * (attempt.start - first).total_seconds() / span
        width = 100 * ((attempt.end or now) - attempt.start).total_seconds() / span
        return round(min(start, 99.2), 2), round(max(width, 0.8), 2), attempt.outcome

    return tuple(Lane(name, tuple(place(attempt) for attempt in each)) for name, each in tries.items() if each)
