"""The probability that a claim is supported: two logistic regressions, for short claims and long ones, and no more.

A short claim is right or wrong as a whole; of a long one a part can be wrong. So the two weigh the same figures
differently, and a claim in between gets a share of each.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

_FILE = "model/coefficients.json"


@dataclass(frozen=True, slots=True)
class Line:
    """A linear score: an intercept and a weight for each figure."""

    intercept: float
    weights: Mapping[str, float] = field(repr=False)

    def of(self, figures: Mapping[str, float]) -> float:
        """Return the log-odds."""
        return self.intercept + sum(weight * figures[name] for name, weight in self.weights.items())


@dataclass(frozen=True, slots=True)
class Model:
    """Both lines and where one passes into the other, in terms of a claim."""

    short: Line
    long: Line
    middle: float
    width: float

    def log_odds(self, figures: Mapping[str, float], terms: int) -> float:
        """Return the log-odds that a claim of so many terms is supported."""
        share = 1.0 / (1.0 + math.exp(-(terms - self.middle) / self.width))
        return (1.0 - share) * self.short.of(figures) + share * self.long.of(figures)


@cache
def model() -> Model:
    """Return the coefficients shipped beside this module (bench/grounding/train.py makes them)."""
    document = json.loads((files(__package__) / _FILE).read_text(encoding="utf-8"))
    short, long = (Line(document[part]["intercept"], document[part]["weights"]) for part in ("short", "long"))
    return Model(short, long, document["middle"], document["width"])


def probability(log_odds: float) -> float:
    """Return log-odds as a probability."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
