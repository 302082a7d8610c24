"""Fit how much the alignment of meanings counts beside the shared words, on notes against other notes' sentences."""

import json
import sys
from itertools import chain, islice
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.grounding.data import Case, aci_bench, mts_dialog
from bench.grounding.negatives import foreign
from pipeline.adapters.grounding.checks import CHECKS, ground_of
from pipeline.adapters.grounding.claims import parse_claim
from pipeline.adapters.grounding.index import index_of
from pipeline.adapters.grounding.verdicts import weigh
from pipeline.adapters.judging.embedding import EmbeddingJudge
from pipeline.ports import SessionFacts

_OUT = Path("pipeline/adapters/judging/embedding.json")
_VISITS = 12
_SECTIONS = 80
_SEED = 11


def main() -> None:
    """Fit on ACI-Bench and MTS-Dialog (CC BY 4.0) and write the coefficients; an argument: a folder with weights."""
    root = Path("../shared/data")
    cases = [*islice(aci_bench(root, "train"), _VISITS), *islice(mts_dialog(root, "TrainingSet"), _SECTIONS)]
    judge = EmbeddingJudge(sys.argv[1] if len(sys.argv) > 1 else "")
    rows, right = zip(*chain.from_iterable(_rows(case, judge) for case in foreign(cases, _SEED)), strict=True)
    line = LogisticRegression(C=1.0, max_iter=1000).fit(np.array(rows), np.array(right))
    own, mean, weak = (round(float(weight), 4) for weight in line.coef_[0])
    blend = {"intercept": round(float(line.intercept_[0]), 4), "own": own, "mean": mean, "weak": weak}
    _OUT.write_text(json.dumps(blend) + "\n", encoding="utf-8")
    print(f"{len(rows)} claims; {blend}")


def _rows(case: Case, judge: EmbeddingJudge) -> list[tuple[tuple[float, float, float], bool]]:
    index = index_of(case.transcript)
    grounds = [ground_of(parse_claim(item.claim), index, SessionFacts()) for item in case.claims]
    if not grounds:
        return []
    own = [weigh(ground, {name: check(ground) for name, check in CHECKS.items()}).log_odds for ground in grounds]
    figures = zip(own, judge.alignments(grounds), case.claims, strict=True)
    return [((before, found.mean, found.weak), item.right) for before, found, item in figures]


if __name__ == "__main__":
    main()
