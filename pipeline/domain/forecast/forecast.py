"""When the work is done, as a moment, an interval and a sentence.

A stage's workers together get through so much sound a second. What is left over that capacity is when the queue runs
dry; the last runs then end one after the other while workers fall idle, which is the tail. A session passes the
stages one after the other, so the slowest stage sets the end and the later ones add one run each.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.domain.forecast.work import ForecastInputs, StageLoad
from pipeline.domain.session import Stage

#: How many standard errors the interval reaches to either side.
_WIDTH = 2.0
#: What no measurement of the past shows: the rest of the night is never quite like its beginning.
_UNSEEN = 0.02
#: The tail is between nothing and a whole long run.
_TAIL_DOUBT = 0.75
_MOST_WORKERS = 999


@dataclass(frozen=True, slots=True)
class Need:
    """How many more workers of a stage would meet the deadline."""

    stage: Stage
    workers: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When everything is ready, nine times in ten between ``earliest`` and ``latest``."""

    made_at: datetime
    sessions: int
    expected: datetime | None
    earliest: datetime | None
    latest: datetime | None
    #: The stage that decides the end, or that stands still.
    slowest: Stage | None
    deadline: datetime | None = None
    #: Sessions that may be late.
    at_risk: int = 0
    need: Need | None = None
    #: How many finished runs the slowest stage's pace rests on; none is a guess.
    measured: int = 0


class _Span(NamedTuple):
    """How long a stage still needs: most likely, at best, at worst, in seconds of work."""

    load: StageLoad
    likely: float
    least: float
    most: float
    #: How long the last runs go on once the queue is dry: more workers do not shorten it, and no window cuts it off.
    tail: float


def forecast(inputs: ForecastInputs) -> Forecast:
    """Return when the sessions that are left are ready; no moment where a stage with work to do stands still."""
    loads = [load for load in inputs.loads if load.sessions]
    if not loads:
        done = inputs.now
        return Forecast(done, 0, done, done, done, None, inputs.deadline)
    still = next((load for load in loads if not load.is_open or load.pace.workers == 0), None)
    if still is not None:
        at_risk = inputs.sessions if inputs.deadline else 0
        return Forecast(inputs.now, inputs.sessions, None, None, None, still.stage, inputs.deadline, at_risk)
    return _ends(inputs, [_span(load) for load in loads])


def _span(load: StageLoad) -> _Span:
    pace = load.pace
    busy = min(pace.workers, load.sessions)
    flow = load.audio * pace.stretch / (pace.worker_speed * busy)
    tail = pace.run_seconds * busy / (busy + 1) * (1 + pace.spread)
    doubt = math.sqrt(_UNSEEN**2 + pace.spread**2 / load.sessions + pace.spread**2 / max(pace.measured, 1))
    away = math.hypot(_WIDTH * doubt * flow, _TAIL_DOUBT * pace.run_seconds)
    # At that moment the runs in progress are half done on average.
    likely = max(flow - pace.run_seconds / 2, 0.0) + tail
    return _Span(load, likely, max(flow / 2, likely - away), likely + away, tail)


def _ends(inputs: ForecastInputs, spans: list[_Span]) -> Forecast:
    """Return the forecast of the stage that ends last, with one run of each stage after it."""

    def end(span: _Span, seconds: float) -> datetime:
        after = [s.load.pace.run_seconds for s in spans[spans.index(span) + 1 :]]
        dry = inputs.after_working(span.load.stage, max(seconds - span.tail, 0.0))
        return dry + timedelta(seconds=min(span.tail, seconds) + sum(after))

    slowest = max(spans, key=lambda span: end(span, span.likely))
    latest = max(end(span, span.most) for span in spans)
    at_risk, need = _late(inputs, slowest, latest, end(slowest, slowest.most) - inputs.now)
    return Forecast(
        inputs.now,
        inputs.sessions,
        end(slowest, slowest.likely),
        end(slowest, slowest.least),
        latest,
        slowest.load.stage,
        inputs.deadline,
        at_risk,
        need,
        slowest.load.pace.measured,
    )


def _late(inputs: ForecastInputs, slowest: _Span, latest: datetime, whole: timedelta) -> tuple[int, Need | None]:
    """Return how many sessions may miss the deadline, and what would help."""
    if inputs.deadline is None or latest <= inputs.deadline:
        return 0, None
    left = max(0.0, (inputs.deadline - inputs.now) / whole)
    at_risk = max(1, math.ceil(inputs.sessions * (1 - min(left, 1.0))))
    return at_risk, _need(inputs, slowest)


def _need(inputs: ForecastInputs, slowest: _Span) -> Need | None:
    """Return the fewest additional workers with whom even a bad night ends in time, if any number would do."""
    workers = slowest.load.pace.workers
    for more in range(1, _MOST_WORKERS):
        dry = max(slowest.most - slowest.tail, 0.0) * workers / (workers + more)
        end = inputs.after_working(slowest.load.stage, dry) + timedelta(seconds=slowest.tail)
        if inputs.deadline is not None and end <= inputs.deadline:
            return Need(slowest.load.stage, more)
    return None
