"""Numbers with their units as a text gives them: "26", "twenty six", "half an hour", "two of the fifties"."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise

from text_to_num import find_numbers  # type: ignore[import-untyped] # ships no types

from pipeline.adapters.grounding.digits import typed_at
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.quantities import UNIT_OF, Quantity
from pipeline.adapters.grounding.words import Word

_LONG_TIMES = word_set("long_times")
#: "The past week" is one.
_LONE_TIMES = frozenset(("hour", "day", "week", "month", "year"))
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
_LONGEST_RUN = 4
_LARGE = 10_000.0


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


def _numbers(words: Sequence[Word]) -> Iterator[Quantity]:
    if any(_is_a_number(word.form) for word in words):
        spoken = _said_in_words(words)
        yield from spoken
        yield from _spelled(words, spoken)
    for index in range(len(words)):
        yield from typed_at(words, index) if words[index].form[0].isdigit() else _counted(words, index)


def _counted(words: Sequence[Word], index: int) -> Iterator[Quantity]:
    """Yield what a word that is no number counts: "twice", "a couple", "half an hour", "a week"."""
    form = words[index].form
    if form in _COUNTED and not _counts_nothing(words, index):
        yield Quantity(_COUNTED[form], "time", index, index + 1)
    elif form in _VAGUE:
        unit = "week" if form == "fortnight" else ""
        yield Quantity(_VAGUE[form], unit, index, index + 1, vague=not unit)
    elif form in {"a", "an"} and _is_halved(words, index):
        yield Quantity(_HALF, "", index, index + 1)
    elif form in {"a", "an"} and _opens_a_time(words, index):
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
    yield from _times_gone_by(forms)
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


def _times_gone_by(forms: Sequence[str]) -> Iterator[Quantity]:
    """Yield "the past week" as the one that it is."""
    for index, (form, unit) in enumerate(pairwise(forms)):
        if form in {"last", "past"} and unit in _LONE_TIMES:
            yield Quantity(1.0, UNIT_OF[unit], index, index + 2)


def _counts_before(amounts: Sequence[Quantity], last: int) -> bool:
    return any(amount.last == last for amount in amounts)


def _half_before(before: Sequence[str]) -> int | None:
    """Return where "half a", "half of the" or "half a tablet of the" begins, right before an amount."""
    at = max((n for n, form in enumerate(before) if form == "half"), default=None)
    return at if at is not None and len(before) > at + 1 and set(before[at + 1 :]) <= _HALVED else None


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
