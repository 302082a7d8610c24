"""Simulate a night and print how far off the forecast was at each hour: ``python -m bench.night``."""

import argparse
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta

from bench.night.sessions import Evening
from bench.night.simulation import OPENING, ZONE, Night
from pipeline.domain.forecast import Forecast
from pipeline.domain.forecast.wording import sentence

#: The hour of the night, and how far off the forecast may be then, as a part of the time that remained.
REACH = {"22:01": 0.10, "00:01": 0.07, "02:01": 0.05}
_SMALL = Evening(0, sessions=320, workers=4, speed=8.0)


def main() -> int:
    """Simulate one whole night, or many small ones."""
    options = _options()
    if options.nights:
        return _many(options.nights)
    began = time.monotonic()
    evening = Evening(options.seed, options.sessions, options.workers, options.speed)
    night = Night(evening, options.dying, options.database).run()
    _print_hours(night)
    print(f"\n{evening.sessions} sessions, seed {evening.seed}, {time.monotonic() - began:.0f} s of real time.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=3200)
    parser.add_argument("--workers", type=int, default=38)
    parser.add_argument("--speed", type=float, default=8.0, help="seconds of sound a worker transcribes in a second")
    parser.add_argument("--dying", type=float, default=0.0, help="the part of the workers that dies at 02:00")
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite in memory by default")
    parser.add_argument("--nights", type=int, default=0, help="so many small nights with constant staffing instead")
    return parser.parse_args()


def _print_hours(night: Night) -> None:
    ended = night.ended_at or OPENING
    print(f"ended {_clock(ended)}")
    for found in night.forecasts:
        error, inside = judged(found, ended)
        off = "" if error is None else f"off by {error:5.1%} of the time left, {'inside' if inside else 'OUTSIDE'}"
        print(f"{_clock(found.made_at)}  {off:42} {sentence(found, ZONE)}")


def judged(found: Forecast, ended: datetime) -> tuple[float | None, bool]:
    """Return how far off a forecast was, as a part of what remained, and whether its interval holds the end."""
    remaining = (ended - found.made_at) / timedelta(seconds=1)
    if found.expected is None or found.earliest is None or found.latest is None or remaining <= 0:
        return None, False
    off = abs((found.expected - ended) / timedelta(seconds=1)) / remaining
    return off, found.earliest <= ended <= found.latest


def _small_night(seed: int) -> list[tuple[str, float, bool]]:
    """Return hour, error and whether the end lay inside, for one small night with constant staffing."""
    night = Night(Evening(seed, _SMALL.sessions, _SMALL.workers, _SMALL.speed)).run()
    ended = night.ended_at or OPENING
    rows = [(_clock(found.made_at), *judged(found, ended)) for found in night.forecasts]
    return [(clock, error, inside) for clock, error, inside in rows if error is not None]


def _many(nights: int) -> int:
    with ProcessPoolExecutor(2) as pool:
        rows = [row for found in pool.map(_small_night, range(nights)) for row in found]
    missed = 0
    print(f"{nights} nights of {_SMALL.sessions} sessions and {_SMALL.workers} transcribing workers, constant staffing")
    print("hour    median error   worst of ten   end inside the interval")
    for hour in ("20:01", "21:01", "22:01", "23:01", "00:01", "01:01", "02:01", "03:01"):
        errors = sorted(error for clock, error, _ in rows if clock == hour)
        inside = [found for clock, _, found in rows if clock == hour]
        if not errors:
            continue
        tenth = errors[int(len(errors) * 0.9)] if len(errors) > 1 else errors[0]
        share = sum(inside) / len(inside)
        print(f"{hour}   {statistics.median(errors):10.1%} {tenth:14.1%} {share:15.0%}")
        missed += hour in REACH and (tenth > REACH[hour] or share < 0.9)
    return 1 if missed else 0


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%H:%M}"


if __name__ == "__main__":
    sys.exit(main())
