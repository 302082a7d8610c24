"""Numbers with their units, as typed and as spoken: "26", "twenty six", "3/7", "half an hour"."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from text_to_num import find_numbers  # type: ignore[import-untyped] # ships no types

from pipeline.adapters.grounding.lexicon import pairs_in, word_set
from pipeline.adapters.grounding.words import Word

#: Unit names by the forms they take. Times count in minutes, so that seven days are a week.
_MINUTES = {"minute": 1.0, "hour": 60.0, "day": 1440.0, "week": 10080.0, "month": 43830.0, "year": 525960.0}
UNIT_OF = {form: unit for unit, forms in pairs_in("units.txt") for form in forms.split()}
_LONG_TIMES = word_set("long_times")
#: "The past week" is one.
_LONE_TIMES = frozenset(("hour", "day", "week", "month", "year"))
_SLASHED = {7: "day", 52: "week", 12: "month", 24: "hour"}
_SCALES = (10, 100)
#: The unit of "7/10".
RATING = "of the scale"
#: The least that a tablet has of a substance: "half of the five" halves a tablet, "half of two" need not.
_TABLET = 5.0
_HALF = 0.5
_OF_THE = (["of", "the"], ["of", "my"], ["of", "those"])
_HALVED = frozenset(("of", "a", "the", "my", "tablet", "pill", "one"))
#: Noughts between other numbers alone: "53 y.o." has none.
_NAUGHTS = frozenset(("oh", "o"))
_COUNTED = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_AFTER_NO_COUNT = (
    frozenset(("daily", "weekly", "monthly", "nightly", "the", "his", "her", "their", "my", "you"))
    | word_set("subjects_anew")
    | word_set("client_words")
)
_COUNTS = word_set("numbers_that_affirm")
_VAGUE = {"couple": 2.0, "few": 3.0, "several": 4.0, "dozen": 12.0, "fortnight": 2.0}
_BETWEEN = frozenset(("of", "or", "so", "a", "more", "-"))
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
#: 30.4 days are a month, and a year has 52.2 weeks.
_ROUNDING = 0.015
#: Twenty weeks are told as five months, and four as one.
_MONTHS_IN_WEEKS = 0.09
_LONGEST_RUN = 4
_LARGE = 10_000.0


class Quantity(NamedTuple):
    """A number at words ``first`` to ``last`` (excluded), with the unit that follows it."""

    value: float
    unit: str
    first: int
    last: int
    #: Said as "a couple" or "a few".
    vague: bool = False
    ordinal: bool = False
    #: The stem of what is counted, where it is no unit: "beer" in "two beers".
    noun: str = ""

    @property
    def is_time(self) -> bool:
        """Say whether it measures time."""
        return self.unit in _MINUTES

    @property
    def name(self) -> str:
        """Return one name for equal amounts; times count in minutes."""
        if self.is_time:
            return f"#{self.value * _MINUTES[self.unit]:g}min"
        return f"#{self.value:g}{self.unit}"

    def equals(self, other: "Quantity") -> bool:
        """Say whether both mean the same amount; a missing unit agrees with any."""
        vague = self.vague or other.vague
        if self.is_time and other.is_time and self.unit != other.unit:
            rounding = _MONTHS_IN_WEEKS if {self.unit, other.unit} == {"week", "month"} else _ROUNDING
            return _near(self.value * _MINUTES[self.unit], other.value * _MINUTES[other.unit], vague, rounding)
        units_agree = not self.unit or not other.unit or self.unit == other.unit
        return units_agree and _near(self.value, other.value, vague)


class _Spoken:
    """A word in the form ``find_numbers`` reads."""

    def __init__(self, form: str) -> None:
        self._form = form

    def text(self) -> str:
        """Return the word."""
        return self._form

    def nt_separated(self, _previous: object) -> bool:
        """Say that no pause separates the words."""
        return False

    def not_a_number_part(self) -> bool:
        """Say that any word may be part of a number."""
        return False


def quantities_in(words: Sequence[Word]) -> tuple[Quantity, ...]:
    """Return the numbers of a text in order; part of a name ("L5", "B12") is none."""
    return tuple(_with_unit(words, quantity) for quantity in sorted(_numbers(words), key=lambda q: q.first))


def worked_out(words: Sequence[Word], amounts: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Return what the amounts of a text come to: "point eight", "half of a hundred", "two of the three hundreds"."""
    return tuple(_with_unit(words, quantity) for quantity in _worked_out(words, amounts))


def _near(left: float, right: float, vague: bool, rounding: float = 0.0) -> bool:  # noqa: FBT001 - a fact, private
    if vague:
        return min(left, right) > 0 and max(left, right) / min(left, right) <= 2.0  # noqa: PLR2004 - "a few" is 2 to 6
    return abs(left - right) <= rounding * max(abs(left), abs(right))


def _numbers(words: Sequence[Word]) -> Iterator[Quantity]:
    if any(_is_a_number(word.form) for word in words):
        spoken = _said_in_words(words)
        yield from spoken
        yield from _spelled(words, spoken)
    for index, word in enumerate(words):
        if _is_mixed(words, index):
            yield Quantity(float(word.form) + _HALF, "", index, index + 3)
        elif word.form[0].isdigit() and not _names_something(words, index) and not _is_mixed(words, index - 2):
            ordinal = index + 1 < len(words) and words[index + 1].form in _ORDINAL_ENDS
            yield from (quantity._replace(ordinal=ordinal) for quantity in _typed(word.form, index))
        elif word.form in _COUNTED and not _counts_nothing(words, index):
            yield Quantity(_COUNTED[word.form], "time", index, index + 1)
        elif word.form in _VAGUE:
            unit = "week" if word.form == "fortnight" else ""
            yield Quantity(_VAGUE[word.form], unit, index, index + 1, vague=not unit)
        elif word.form in {"a", "an"} and _is_halved(words, index):
            yield Quantity(_HALF, "", index, index + 1)
        elif word.form in {"a", "an"} and _opens_a_time(words, index):
            yield Quantity(1.0, "", index, index + 1)


def _said_in_words(words: Sequence[Word]) -> list[Quantity]:
    return [
        Quantity(float(found.value), "", found.start, found.end, ordinal=found.is_ordinal)
        for found in find_numbers([_Spoken(word.form) for word in words], "en", 0.0)
        if not any(word.form[0].isdigit() or word.form in _NAUGHTS for word in words[found.start : found.end])
    ]


@lru_cache(maxsize=20_000)
def _is_a_number(form: str) -> bool:
    """Say whether a word by itself is one; without any there is none in words."""
    return bool(find_numbers([_Spoken(form)], "en", 0.0))


def _is_halved(words: Sequence[Word], index: int) -> bool:
    """Say whether "half a" stands before a unit: "half an hour", "half a cc"."""
    unit = words[index + 1].form in UNIT_OF if index + 1 < len(words) else False
    return unit and index > 0 and words[index - 1].form == "half"


def _is_mixed(words: Sequence[Word], index: int) -> bool:
    """Say whether a written number goes on as a half: "2-1/2"."""
    following = [word.form for word in words[index + 1 : index + 3]]
    return index >= 0 and words[index].form.isdigit() and following == ["-", _WRITTEN_HALF]


def _opens_a_time(words: Sequence[Word], index: int) -> bool:
    """Say whether "a week" is a length of time; in "four meetings a week" it is a rate."""
    if index + 1 >= len(words) or words[index + 1].form not in _LONG_TIMES:
        return False
    before = words[max(0, index - 2) : index]
    counted = bool(before) and before[-1].form.endswith("s") and before[-1].is_content
    return not counted and not any(word.form[0].isdigit() or word.form in _COUNTS for word in before)


def _counts_nothing(words: Sequence[Word], index: int) -> bool:
    """Say whether "once" adds nothing, as in "once daily", or means "as soon as": "once she gets home"."""
    following = words[index + 1].form if index + 1 < len(words) else ""
    return words[index].form == "once" and following in _AFTER_NO_COUNT


def _spelled(words: Sequence[Word], spoken: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield what numbers spoken in a row spell together: "nine eight eight", "one twenty", "nineteen eighty five"."""
    run: list[Quantity] = []
    for quantity in [*sorted((*spoken, *_naughts(words, spoken)), key=lambda q: q.first), None]:
        if run and (quantity is None or quantity.ordinal or not _follows(words, run[-1], quantity)):
            for first, last in combinations(range(len(run) + 1), 2):
                if 1 < last - first <= _LONGEST_RUN:
                    digits = "".join(str(int(part.value)) for part in run[first:last])
                    yield Quantity(float(digits), "", run[first].first, run[last - 1].last)
            run = []
        if quantity is not None and not quantity.ordinal and quantity.value < _LARGE and quantity.value.is_integer():
            run.append(quantity)


def _follows(words: Sequence[Word], last: Quantity, quantity: Quantity) -> bool:
    """Say whether a number stands right after another, or after its hyphen: "four-fifty"."""
    hyphen = words[last.last : last.last + 1]
    return quantity.first == last.last + bool(hyphen and hyphen[0].form == "-")


def _naughts(words: Sequence[Word], spoken: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield an "oh" between two numbers as the nought it is, with the hyphens around it: "two-oh-eight"."""
    ends, starts = {q.last for q in spoken}, {q.first for q in spoken}
    for index, word in enumerate(words):
        if word.form in _NAUGHTS:
            first = index - 1 if index and words[index - 1].form == "-" else index
            last = index + 2 if words[index + 1 : index + 2] and words[index + 1].form == "-" else index + 1
            if first in ends and last in starts:
                yield Quantity(0.0, "", first, last)


def _worked_out(words: Sequence[Word], amounts: Sequence[Quantity]) -> Iterator[Quantity]:
    forms = [word.form for word in words]
    for index, (form, unit) in enumerate(pairwise(forms)):
        if form in {"last", "past"} and unit in _LONE_TIMES:
            yield Quantity(1.0, UNIT_OF[unit], index, index + 2)
    for quantity in amounts:
        before = forms[max(0, quantity.first - 6) : quantity.first]
        if before[-1:] == ["point"] and quantity.value.is_integer() and not _counts_before(amounts, quantity.first - 1):
            yield quantity._replace(value=float(f"0.{quantity.value:.0f}"), first=quantity.first - 1)
        if forms[quantity.last : quantity.last + 3] == ["and", "a", "half"]:
            yield quantity._replace(value=quantity.value + _HALF, last=quantity.last + 3)
        first = _half_before(before)
        if first is not None and quantity.value >= _TABLET:
            yield Quantity(quantity.value / 2, "", quantity.first - len(before) + first, quantity.last)
        for number in amounts:
            if forms[number.last : quantity.first] in _OF_THE and quantity.value >= _TABLET:
                yield Quantity(number.value * quantity.value, "", number.first, quantity.last)


def _counts_before(amounts: Sequence[Quantity], last: int) -> bool:
    return any(amount.last == last for amount in amounts)


def _half_before(before: Sequence[str]) -> int | None:
    """Return where "half a", "half of the" or "half a tablet of the" begins, right before an amount."""
    at = max((n for n, form in enumerate(before) if form == "half"), default=None)
    return at if at is not None and len(before) > at + 1 and set(before[at + 1 :]) <= _HALVED else None


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


def _with_unit(words: Sequence[Word], quantity: Quantity) -> Quantity:
    if quantity.unit:
        return quantity
    for index in range(quantity.last, min(quantity.last + 4, len(words))):
        form = words[index].form
        if form in UNIT_OF:
            return quantity._replace(unit=UNIT_OF[form], last=index + 1)
        if form not in _BETWEEN:
            quantity = quantity._replace(noun=words[index].stem if words[index].is_content else "")
            break
    before = words[quantity.first - 1].form if quantity.first else ""
    return quantity._replace(unit=UNIT_OF[before]) if before in {"$", "x"} else quantity
