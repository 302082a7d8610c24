"""Moments, lengths and places as a reader writes them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.adapters.report.moments import length, moment, place, until
from tests.factories_report import EVENING


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3599, "59:59"), (3661, "1:01:01"), (-1, "0:00")],
)
def test_a_place_reads_as_on_a_player(seconds: float, expected: str) -> None:
    """Places are minutes and seconds, with hours once there are any."""
    assert place(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.4, "under 1 s"), (7, "7 s"), (61, "1 min 1 s"), (5430, "1 h 30 min")]
)
def test_a_length_reads_in_words(seconds: float, expected: str) -> None:
    """Lengths are in the two largest units."""
    assert length(seconds) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(0), "due now"),
        (timedelta(minutes=20), "within the hour"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=30), "in 30 days"),
    ],
)
def test_how_far_off(left: timedelta, expected: str) -> None:
    """How far off a deletion is, in the largest unit."""
    assert until(EVENING + left, EVENING) == expected


def test_a_moment_crosses_midnight_with_its_zone() -> None:
    """The day is the day in the zone that is shown."""
    assert moment(EVENING, ZoneInfo("Europe/Berlin")) == "Thu 19 Nov 2026, 23:40 CET"
    assert moment(EVENING, ZoneInfo("Asia/Tokyo")) == "Fri 20 Nov 2026, 07:40 JST"
