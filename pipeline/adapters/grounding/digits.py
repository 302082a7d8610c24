"""Numbers typed in digits: "26", "3/7", "2-1/2", "1,250", "3/1/21", "11:00"."""

import re
from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.quantities import RATING, Quantity
from pipeline.adapters.grounding.words import Word

_SLASHED = {7: "day", 52: "week", 12: "month", 24: "hour"}
_SCALES = (10, 100)
_HALF = 0.5
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d\d)")
#: A date's year of two digits up to this one is of this century.
_LATEST_YEAR = 40
_WRITTEN_HALF = "1/2"
_SLASH = re.compile(r"(\d+(?:\.\d+)?)/(\d+)")
#: Nobody says the noughts of "11:00".
_ON_THE_HOUR = ":00"
_SHORT = 2
_ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))


def typed_at(words: Sequence[Word], index: int) -> Iterator[Quantity]:
    """Yield what is typed in digits at a word."""
    if _is_mixed(words, index):
        yield Quantity(float(words[index].form) + _HALF, "", index, index + 3)
    elif not _names_something(words, index) and not _is_mixed(words, index - 2):
        ordinal = index + 1 < len(words) and words[index + 1].form in _ORDINAL_ENDS
        yield from (quantity._replace(ordinal=ordinal) for quantity in _typed(words[index].form, index))


def _is_mixed(words: Sequence[Word], index: int) -> bool:
    """Say whether a written number goes on as a half: "2-1/2"."""
    following = [word.form for word in words[index + 1 : index + 3]]
    return index >= 0 and words[index].form.isdigit() and following == ["-", _WRITTEN_HALF]


def _typed(form: str, index: int) -> Iterator[Quantity]:
    if form == _WRITTEN_HALF:
        yield Quantity(_HALF, "", index, index + 1)
        return
    slashed = _SLASH.fullmatch(form)
    if slashed and int(slashed[2]) in _SLASHED and float(slashed[1]) < 2 * int(slashed[2]):
        yield Quantity(float(slashed[1]), _SLASHED[int(slashed[2])], index, index + 1)
        return
    if slashed and int(slashed[2]) in _SCALES and float(slashed[1]) <= int(slashed[2]):
        yield Quantity(float(slashed[1]), RATING, index, index + 1)
        return
    for part in _parts(form):
        if part.replace(".", "", 1).isdigit():
            yield Quantity(float(part), "", index, index + 1)


def _parts(form: str) -> Iterator[str]:
    """Yield the numbers that one written word holds: a date's, a clock's, a list's; a year of two digits in full."""
    dated = _DATE.fullmatch(form)
    if dated is not None:
        century = "20" if int(dated[3]) <= _LATEST_YEAR else "19"
        yield from (dated[1], dated[2], f"{century}{dated[3]}")
        return
    for part in re.split(r"[/:]", form.removesuffix(_ON_THE_HOUR)):
        yield from [part.replace(",", "")] if _THOUSANDS.fullmatch(part) else part.split(",")


def _names_something(words: Sequence[Word], index: int) -> bool:
    """Say whether a letter stands right before the digits, or "type" a word before."""
    if index == 0:
        return False
    previous = words[index - 1]
    if (
        previous.form == "-"
        and index > 1
        and words[index - 2].end == previous.start
        and words[index - 2].form.isalpha()
    ):
        return True
    touches = previous.end == words[index].start
    return (touches and previous.form.isalpha() and len(previous.form) <= _SHORT and previous.form != "x") or (
        previous.form in {"type", "grade", "stage", "vitamin", "step"}
    )
