"""How well a score tells right claims from wrong ones, with intervals that draw whole conversations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DRAWS = 500
_SEED = 11
#: The share of right claims that may be flagged where recall is quoted.
FALSE_FLAGS = 0.10


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled claim and what the verifier made of it."""

    group: str
    right: bool
    score: float
    flagged: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return it as a table has it."""
        return f"{self.value:.3f} [{self.low:.2f} to {self.high:.2f}]"


Measure = Callable[[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]], float]


def auroc(scores: NDArray[np.float64], right: NDArray[np.bool_], _flagged: NDArray[np.bool_]) -> float:
    """Return the chance that a right claim scores above a wrong one; a tie counts half."""
    wrong = np.sort(scores[~right])
    good = scores[right]
    if not len(wrong) or not len(good):
        return float("nan")
    below, up_to = np.searchsorted(wrong, good, "left"), np.searchsorted(wrong, good, "right")
    return float((below + up_to).sum() / (2 * len(wrong) * len(good)))


def balanced_accuracy(_scores: NDArray[np.float64], right: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> float:
    """Return the mean of the shares of right claims kept and of wrong ones flagged."""
    if right.all() or not right.any():
        return float("nan")
    return float((np.mean(~flagged[right]) + np.mean(flagged[~right])) / 2)


def recall(scores: NDArray[np.float64], right: NDArray[np.bool_], _flagged: NDArray[np.bool_]) -> float:
    """Return the share of wrong claims below the score that a tenth of the right ones do not reach."""
    return recall_at(scores, right, FALSE_FLAGS)


def recall_at(scores: NDArray[np.float64], right: NDArray[np.bool_], false_flags: float) -> float:
    """Return the share of wrong claims below the score that a share of the right ones do not reach."""
    if right.all() or not right.any():
        return float("nan")
    threshold = np.quantile(scores[right], false_flags, method="lower")
    return float(np.mean(scores[~right] < threshold))


def figure(rows: Sequence[Scored], measure: Measure) -> Figure:
    """Return a figure; its interval draws conversations with replacement, seeded."""
    scores, right, flagged = columns(rows)
    groups: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.group, []).append(number)
    members = [np.array(numbers) for numbers in groups.values()]
    chance = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(_DRAWS):
        picked = np.concatenate([members[n] for n in chance.integers(0, len(members), len(members))])
        drawn.append(measure(scores[picked], right[picked], flagged[picked]))
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return Figure(measure(scores, right, flagged), float(low), float(high))


def columns(rows: Sequence[Scored]) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return scores, labels and flags."""
    return (
        np.array([row.score for row in rows]),
        np.array([row.right for row in rows], dtype=bool),
        np.array([row.flagged for row in rows], dtype=bool),
    )
