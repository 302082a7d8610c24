"""The processing window, on every night of the year."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.window import ProcessingWindow

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = ProcessingWindow(time(20), time(6), NEW_YORK)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware
zones = st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
hours = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def local(text: str) -> datetime:
    """Return a moment by the clock in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20T19:59", False),
        ("2026-11-20T20:00", True),
        ("2026-11-21T05:59", True),
        ("2026-11-21T06:00", False),
        ("2026-11-21T12:00", False),
    ],
)
def test_window_goes_past_midnight(moment: str, is_open: bool) -> None:  # noqa: FBT001 - a case
    """It opens at its hour, closes at the other on the next day, and its end does not belong to it."""
    assert NIGHT.is_open(local(moment)) is is_open


@pytest.mark.parametrize(
    ("evening", "length"),
    [("2026-03-07T20:00", 9), ("2026-11-20T20:00", 10), ("2026-10-31T20:00", 11)],
)
def test_night_is_as_long_as_the_clock_makes_it(evening: str, length: int) -> None:
    """The night that loses an hour is 9 hours long, an ordinary one 10, the one that gains an hour 11."""
    opened = NIGHT.next_opening(local(evening))

    assert NIGHT.closing_after(opened) - opened == timedelta(hours=length)


def test_hour_that_is_skipped_counts_as_the_change() -> None:
    """A window that opens at half past two opens at the change on the morning when there is no half past two."""
    early = ProcessingWindow(time(2, 30), time(6), NEW_YORK)

    opening = early.next_opening(local("2026-03-08T01:00"))

    assert opening == local("2026-03-08T03:00")


def test_hour_that_comes_twice_opens_once() -> None:
    """A window from one to half past one stays open from the first one to the second half past one."""
    short = ProcessingWindow(time(1), time(1, 30), NEW_YORK)
    opening = short.next_opening(local("2026-11-01T00:30"))

    assert opening == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert short.closing_after(opening) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_work_goes_on_the_next_night() -> None:
    """What does not fit into a night is finished in the next one."""
    done = NIGHT.after_working(local("2026-11-21T05:00"), timedelta(hours=3))

    assert done == local("2026-11-21T22:00")


@given(moments, hours, hours, zones)
def test_opening_and_closing_agree(moment: datetime, opens: time, closes: time, zone: str) -> None:
    """At any moment, in any zone: the next opening is open, its closing is later, and at its closing it has ended."""
    window = ProcessingWindow(opens, closes, ZoneInfo(zone))
    opening = window.next_opening(moment)
    closing = window.closing_after(opening)

    assert opening >= moment
    assert closing > opening
    assert window.is_open(opening)
    assert window.is_open(closing - timedelta(seconds=1))
    assert closing - opening <= timedelta(hours=50)


@given(moments, st.integers(0, 3600 * 30), zones)
def test_more_work_is_never_done_sooner(moment: datetime, seconds: int, zone: str) -> None:
    """Work takes at least its own time, and a second more never ends before."""
    window = ProcessingWindow(time(20), time(6), ZoneInfo(zone))
    done = window.after_working(moment, timedelta(seconds=seconds))

    assert done >= moment + timedelta(seconds=seconds)
    assert window.after_working(moment, timedelta(seconds=seconds + 1)) >= done
