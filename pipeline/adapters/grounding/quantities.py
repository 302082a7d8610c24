"""An amount: a number with its unit, and when two of them mean the same."""

from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import pairs_in

#: Unit names by the forms they take. Times count in minutes, so that seven days are a week.
_MINUTES = {"minute": 1.0, "hour": 60.0, "day": 1440.0, "week": 10080.0, "month": 43830.0, "year": 525960.0}
UNIT_OF = {form: unit for unit, forms in pairs_in("units.txt") for form in forms.split()}
#: The unit of "7/10".
RATING = "of the scale"
#: 30.4 days are a month, and a year has 52.2 weeks.
_ROUNDING = 0.015
#: Twenty weeks are told as five months, and four as one.
_MONTHS_IN_WEEKS = 0.09


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


def _near(left: float, right: float, vague: bool, rounding: float = 0.0) -> bool:  # noqa: FBT001 - a fact, private
    if vague:
        return min(left, right) > 0 and max(left, right) / min(left, right) <= 2.0  # noqa: PLR2004 - "a few" is 2 to 6
    return abs(left - right) <= rounding * max(abs(left), abs(right))
