"""Fits the score's coefficients and counts the background, on CC BY data alone: `python -m bench.grounding.train`.

Right claims are sentences of clinicians' notes against their own conversation (ACI-Bench, MTS-Dialog, PriMock57);
wrong ones are made by bench/grounding/negatives.py. Of ACI-Bench and MTS-Dialog only the training and validation
parts are read, and of recognized transcripts only theirs.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bench.grounding.data import Case, aci_bench, aci_recognized, mts_dialog, primock57
from bench.grounding.degrade import degraded
from bench.grounding.negatives import foreign, shuffled, spliced
from pipeline.adapters.grounding.background import Background, names_raised
from pipeline.adapters.grounding.checks import ground_of
from pipeline.adapters.grounding.claims import parse_claim
from pipeline.adapters.grounding.features import features_of
from pipeline.adapters.grounding.index import index_of
from pipeline.ports import SessionFacts

MODEL = Path(__file__).parents[2] / "pipeline/adapters/grounding/model"
#: Claims of up to this many terms teach the short line, of at least this many the long one.
SHORT, LONG = 7, 4
MIDDLE, WIDTH = 5.0, 1.0
#: How much each sort of wrong claim weighs in the long line, against 1 for the right ones.
SORTS = {"foreign": 0.2, "spliced": 0.4, "shuffled": 0.4}

#: How much a worsened transcript weighs against a clean one.
DEGRADED = 0.35

#: Figures that the wrong claims made here cannot teach: none of them is right but for whom it credits.
UNTAUGHT = frozenset(("voice_gap",))

Arrays = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]


class Row(NamedTuple):
    """A claim as the regressions see it; ``sort`` is ``right`` or how a wrong one was made."""

    sort: str
    figures: tuple[float, ...]
    terms: int
    weight: float


def main() -> None:
    """Train and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--leave-out", default="", help="a set not to train on, to see how the score travels")
    parser.add_argument("--out", type=Path, default=MODEL)
    arguments = parser.parse_args()
    sets = {name: cases for name, cases in training_sets(arguments.data).items() if name != arguments.leave_out}
    corpus = count_background([case for name in ("aci", "primock") for case in sets.get(name, [])])
    arguments.out.mkdir(parents=True, exist_ok=True)
    write(arguments.out / "background.json", {"conversations": corpus.conversations, "counts": corpus.counts})
    write(arguments.out / "coefficients.json", fit(sets, corpus))


def training_sets(root: Path) -> dict[str, list[Case]]:
    """Return the sets by name."""
    return {
        "aci": list(aci_bench(root, "train", "valid")),
        "recognized": list(aci_recognized(root, "train_virtscribe_asr", "valid_aci_asr", "valid_virtscribe_asr")),
        "mts": list(mts_dialog(root, "TrainingSet", "ValidationSet")),
        "primock": list(primock57(root)),
    }


def count_background(cases: Sequence[Case]) -> Background:
    """Return in how many conversations each name comes up; names that come up once are left out."""
    counts: Counter[str] = Counter()
    for case in cases:
        counts.update(names_raised(index_of(case.transcript)))
    return Background(len(cases), {name: count for name, count in sorted(counts.items()) if count > 1})


def fit(sets: dict[str, list[Case]], corpus: Background) -> dict[str, object]:
    """Return both lines as the file holds them."""
    data = {name: rows_of(cases, corpus) for name, cases in sets.items()}
    names = next(iter(data.values()))[0]
    short = line([_weighed(rows, {"foreign": 1.0}, most=SHORT) for _, rows in data.values()], names)
    long = line([_weighed(rows, SORTS, least=LONG) for _, rows in data.values()], names)
    return {"trained_on": sorted(sets), "middle": MIDDLE, "width": WIDTH, "short": short, "long": long}


def rows_of(cases: list[Case], corpus: Background) -> tuple[list[str], list[Row]]:
    """Return the figures' names, and a row for every claim."""
    worse = degraded(cases, seed=5)
    made = [(1.0, case) for case in (*foreign(cases, 1), *spliced(cases, 2), *shuffled(cases, 3))]
    made += [(DEGRADED, case) for case in (*foreign(worse, 4), *spliced(worse, 5), *shuffled(worse, 6))]
    names: list[str] = []
    rows = []
    for weight, case in made:
        index = index_of(case.transcript)
        for item in case.claims:
            ground = ground_of(parse_claim(item.claim), index, SessionFacts())
            figures = {name: value for name, value in features_of(ground, corpus).items() if name not in UNTAUGHT}
            names = list(figures)
            sort = "right" if item.right else item.kind
            rows.append(Row(sort, tuple(figures.values()), len(ground.terms), weight))
    return names, rows


def line(parts: Sequence[Arrays], names: Sequence[str]) -> dict[str, object]:
    """Return one logistic regression, its scaling folded into the weights."""
    figures, right, weights = (np.concatenate([part[n] for part in parts]) for n in range(3))
    scaler = StandardScaler().fit(figures)
    regression = LogisticRegression(C=0.3, max_iter=5000)
    regression.fit(scaler.transform(figures), right, sample_weight=weights / weights.mean())
    coefficients = regression.coef_[0] / scaler.scale_
    intercept = regression.intercept_[0] - float(coefficients @ scaler.mean_)
    return {
        "intercept": round(float(intercept), 6),
        "weights": {name: round(float(value), 6) for name, value in zip(names, coefficients, strict=True)},
    }


def _weighed(rows: list[Row], sorts: dict[str, float], least: int = 0, most: int = 10**6) -> Arrays:
    """Return the claims of a length, so weighted that right ones together weigh 1 and each wrong sort its share."""
    kept = [row for row in rows if least <= row.terms <= most and row.sort in {"right", *sorts}]
    totals: Counter[str] = Counter()
    for row in kept:
        totals[row.sort] += row.weight  # type: ignore[assignment] # a counter of weights
    shares = {"right": 1.0} | sorts
    return (
        np.array([row.figures for row in kept]),
        np.array([row.sort == "right" for row in kept]),
        np.array([row.weight * shares[row.sort] / totals[row.sort] for row in kept]),
    )


def write(path: Path, document: dict[str, object]) -> None:
    """Write one file, the same bytes for the same content."""
    path.write_text(json.dumps(document, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
