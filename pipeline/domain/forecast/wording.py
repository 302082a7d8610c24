"""The forecast in a sentence."""

from datetime import datetime, tzinfo

from pipeline.domain.forecast.forecast import Forecast

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def sentence(found: Forecast, zone: tzinfo) -> str:
    """Return the forecast as a person would say it, by the clock of ``zone``."""
    if not found.sessions:
        return "nothing is left to do"
    if found.expected is None or found.earliest is None or found.latest is None:
        left = _counted(found.sessions, "session")
        return f"{left} left, and no end in sight: nobody works at {found.slowest}, or it was stopped"
    ends = (_clock(moment, found.made_at, zone) for moment in (found.expected, found.earliest, found.latest))
    said = "done by {} ({} to {})".format(*ends)
    parts = [said if found.measured else f"{said}, a guess until the first runs are measured"]
    if found.at_risk:
        parts.append(f"{_counted(found.at_risk, 'session')} at risk")
    if found.need is not None:
        workers = found.need.workers
        parts.append(f"{_word(workers)} more {found.need.stage} worker{'s' if workers > 1 else ''} would do")
    return "; ".join(parts)


def _clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return the hour, with its date where it is not within the next day."""
    local = moment.astimezone(zone)
    far = (moment - now).total_seconds() >= 24 * 3600
    return f"{local:%Y-%m-%d %H:%M}" if far else f"{local:%H:%M}"


def _word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
