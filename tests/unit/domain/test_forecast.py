"""The forecast, against nights that are known to the end."""

import heapq
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.forecast import ForecastInputs, Need, Pace, Sample, StageLoad, forecast, measured_pace
from pipeline.domain.forecast.wording import sentence
from pipeline.domain.session import Stage, WorkerId
from pipeline.domain.window import ProcessingWindow

TEN = datetime(2026, 11, 20, 22, tzinfo=UTC)
PACE = Pace(workers=4, measured=100, capacity=40.0, spread=0.2, run_seconds=300.0)


def load(stage: Stage = Stage.TRANSCRIBE, sessions: int = 100, pace: Pace = PACE) -> StageLoad:
    """Return so many sessions of fifty minutes, still to be done."""
    return StageLoad(stage, sessions, sessions * 3000.0, pace)


def inputs(*loads: StageLoad, deadline: datetime | None = None) -> ForecastInputs:
    """Return what is left at ten o'clock."""
    return ForecastInputs(TEN, loads, max(load.sessions for load in loads), deadline=deadline)


def after(hours: float) -> datetime:
    """Return a moment so long after ten."""
    return TEN + timedelta(hours=hours)


def test_work_over_capacity_gives_the_end() -> None:
    """300 000 seconds of sound at 40 a second are done after about two hours, within the interval."""
    found = forecast(inputs(load()))

    assert found.expected is not None
    assert found.earliest is not None
    assert found.latest is not None
    assert abs((found.expected - after(2.1)).total_seconds()) < 300
    assert found.earliest < found.expected < found.latest
    assert found.slowest is Stage.TRANSCRIBE


def test_sentence_says_what_an_operator_asks() -> None:
    """When, how sure, how many are at risk, and what would help."""
    found = forecast(inputs(load(), deadline=after(2)))

    assert found.at_risk > 0
    assert found.need is not None
    assert sentence(found, UTC) == (
        f"done by {found.expected:%H:%M} ({found.earliest:%H:%M} to {found.latest:%H:%M}); "
        f"{found.at_risk} sessions at risk; one more transcribe worker would do"
    )


def test_named_number_of_workers_is_enough_and_the_least() -> None:
    """With that many more nothing is at risk, and with one fewer something is."""
    late = after(1.2)
    found = forecast(inputs(load(), deadline=late))
    assert isinstance(found.need, Need)

    def with_more(workers: int) -> int:
        grown = replace(PACE, workers=PACE.workers + workers, capacity=10.0 * (PACE.workers + workers))
        return forecast(inputs(load(pace=grown), deadline=late)).at_risk

    assert found.need.workers > 1
    assert with_more(found.need.workers + 1) == 0
    assert with_more(found.need.workers - 2) > 0


def test_nobody_at_work_has_no_end() -> None:
    """A stage that was stopped, or that nobody serves, is named in place of a moment."""
    stopped = forecast(inputs(replace(load(), is_open=False), deadline=after(8)))
    unserved = forecast(inputs(load(pace=replace(PACE, workers=0, capacity=0.0))))

    assert (stopped.expected, stopped.slowest, stopped.at_risk) == (None, Stage.TRANSCRIBE, 100)
    assert unserved.expected is None
    assert "nobody works at transcribe" in sentence(unserved, UTC)


def test_nothing_left_is_done_now() -> None:
    """An empty queue is done."""
    found = forecast(inputs(load(sessions=0)))

    assert found.expected == TEN
    assert sentence(found, UTC) == "nothing is left to do"


def test_first_guess_says_that_it_is_one() -> None:
    """Before a run has finished the pace is assumed, widely, and called a guess."""
    guessed = measured_pace(Stage.TRANSCRIBE, [], [WorkerId("worker-1")], 3000.0)

    found = forecast(inputs(load(sessions=10, pace=guessed)))

    assert found.measured == 0
    assert "a guess until the first runs are measured" in sentence(found, UTC)


def test_slowest_stage_decides() -> None:
    """A slow later stage sets the end, and is the one to add workers to."""
    slow = replace(PACE, workers=1, capacity=5.0)

    found = forecast(inputs(load(), load(Stage.VERIFY, pace=slow)))

    assert found.slowest is Stage.VERIFY


def test_work_beyond_the_window_waits_for_the_next_night() -> None:
    """What does not fit before the window closes is done after it opens again."""
    night = ProcessingWindow(time(20), time(23), ZoneInfo("UTC"))

    found = forecast(replace(inputs(load()), window=night))

    assert found.expected is not None
    assert found.expected > after(22)


def test_recordings_longer_than_they_seemed_take_longer() -> None:
    """What decoding showed of finished recordings is held against those still to come."""
    samples = [Sample(WorkerId("w"), 3600.0, 360.0, expected_audio=3000.0)] * 20

    pace = measured_pace(Stage.TRANSCRIBE, samples, [WorkerId("w")], 3000.0)

    assert pace.stretch == 1.2
    assert pace.capacity == 10.0


def test_slow_worker_counts_as_slow() -> None:
    """Capacity is the sum of what each living worker does; the dead add nothing."""
    fast = [Sample(WorkerId("fast"), 3000.0, 150.0)] * 50
    slow = [Sample(WorkerId("slow"), 3000.0, 600.0)] * 50

    both = measured_pace(Stage.TRANSCRIBE, fast + slow, [WorkerId("fast"), WorkerId("slow")], 3000.0)
    alone = measured_pace(Stage.TRANSCRIBE, fast + slow, [WorkerId("slow")], 3000.0)

    assert 23 < both.capacity < 25
    assert 5 < alone.capacity < 5.6


@given(st.integers(1, 5000), st.integers(1, 200), st.floats(0.1, 1.0), st.integers(0, 500))
def test_interval_always_holds_the_expected_end(sessions: int, workers: int, spread: float, measured: int) -> None:
    """Whatever the figures, the interval is in order and begins after now."""
    pace = Pace(workers, measured, 10.0 * workers, spread, 300.0)
    found = forecast(inputs(load(sessions=sessions, pace=pace), deadline=after(5)))

    assert found.expected is not None
    assert found.earliest is not None
    assert found.latest is not None
    assert TEN < found.earliest <= found.expected <= found.latest
    assert 0 <= found.at_risk <= sessions


def simulated(seed: int, sessions: int, workers: int, hour: float) -> tuple[float, bool] | None:
    """Return how far off the forecast at an hour was in one night of one stage, and whether the end was inside."""
    chance = Random(seed)  # noqa: S311 - a simulation
    speeds = [8 * chance.lognormvariate(0, 0.15) for _ in range(workers)]
    runs: list[tuple[float, float, int, float]] = []
    free = [(0.0, worker) for worker in range(workers)]
    for _ in range(sessions):
        at, worker = heapq.heappop(free)
        audio = 3000 * chance.lognormvariate(0, 0.1)
        work = audio / speeds[worker] * chance.lognormvariate(0, 0.2)
        runs.append((at, at + work, worker, audio))
        heapq.heappush(free, (at + work, worker))
    now, end = hour * 3600, max(finished for _, finished, _, _ in runs)
    if end <= now:
        return None
    done = [Sample(WorkerId(str(w)), audio, to - at) for at, to, w, audio in runs if to <= now][-600:]
    pace = measured_pace(Stage.TRANSCRIBE, done, [WorkerId(str(w)) for w in range(workers)], 3000.0)
    left = [
        audio if at > now else max(0.05 * audio, audio - (now - at) * pace.worker_speed)
        for at, to, _, audio in runs
        if to > now
    ]
    found = forecast(ForecastInputs(TEN, (StageLoad(Stage.TRANSCRIBE, len(left), sum(left), pace),), len(left)))
    assert found.expected is not None
    assert found.earliest is not None
    assert found.latest is not None
    truth = TEN + timedelta(seconds=end - now)
    return abs((found.expected - truth) / timedelta(seconds=end - now)), found.earliest <= truth <= found.latest


def test_forecast_is_right_nine_times_in_ten() -> None:
    """Over nights of unlike machines and sessions the error shrinks as promised and the interval holds the end."""
    for hour, most in ((2, 0.10), (4, 0.07), (6, 0.05)):
        nights = [night for seed in range(60) if (night := simulated(seed, 640, 8, hour)) is not None]
        errors = sorted(error for error, _ in nights)

        assert errors[int(len(errors) * 0.9)] <= most
        assert sum(inside for _, inside in nights) >= 0.9 * len(nights)


def test_what_was_started_is_finished_after_the_window_has_closed() -> None:
    """The window ends starts and not runs: the last ones go on a little past its closing."""
    night = ProcessingWindow(time(20), time(0, 5), ZoneInfo("UTC"))

    found = forecast(replace(inputs(load()), window=night))

    assert found.expected is not None
    assert after(2.05) < found.expected < after(2.2)
