"""Times of day as captions write them."""

import re

_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,2})|(\d{3})):(\d{1,2})(?:[.,](\d{1,9}))?")
_MINUTE = 60


def clock(seconds: float, point: str = ".") -> str:
    """Return ``HH:MM:SS.mmm``."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{point}{milliseconds:03}"


def seconds_of(text: str) -> float | None:
    """Return the seconds that ``[HH:]MM:SS[.mmm]`` says, or ``None`` where it says none."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[4]) >= _MINUTE:
        return None
    hours, minutes, many_minutes, seconds, fraction = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes or many_minutes) * 60 + int(seconds)
    return whole + round(float(f"0.{fraction or 0}"), 3)
