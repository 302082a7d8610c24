"""Moments, lengths and places in a recording, as a reader writes them."""

from datetime import datetime, timedelta, tzinfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(when: datetime, zone: tzinfo) -> str:
    """Return a moment with its zone, in English whatever the locale."""
    local = when.astimezone(zone)
    return f"{day(when, zone)}, {local:%H:%M} {local.tzname() or ''}".rstrip()


def day(when: datetime, zone: tzinfo) -> str:
    """Return the day of a moment."""
    local = when.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def place(seconds: float) -> str:
    """Return a place in a recording as a player shows it."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def length(seconds: float) -> str:
    """Return a length in words, to the second below an hour."""
    if 0 < seconds < 1:
        return "under 1 s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def until(due: datetime, now: datetime) -> str:
    """Return how far off a moment is."""
    left = due - now
    if left <= timedelta(0):
        return "due now"
    if left < timedelta(days=1):
        hours = round(left / timedelta(hours=1))
        return f"in {hours} hours" if hours > 1 else "within the hour"
    days = round(left / timedelta(days=1))
    return f"in {days} days" if days > 1 else "in 1 day"
