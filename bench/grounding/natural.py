"""The natural scoreboard: claims that people found right or wrong, nothing of them used for what ships."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.grounding.data import Case, Labelled, diasumfact, faceval, mts_scores, primock57, summedits
from bench.grounding.scores import Scored
from pipeline.adapters.grounding.background import background
from pipeline.adapters.grounding.checks import CHECKS, ground_of
from pipeline.adapters.grounding.claims import parse_claim
from pipeline.adapters.grounding.features import features_of
from pipeline.adapters.grounding.index import index_of
from pipeline.adapters.grounding.reasons import reasons
from pipeline.domain.evidence import Claim, Verdict
from pipeline.ports import SessionFacts, Verifier

LABELS = Path(__file__).parent / "labels/primock57_claims.json"
DOMAINS = ("samsum", "qmsumm", "podcast", "ectsum")
FLAGGED = frozenset((Verdict.PARTIAL, Verdict.UNSUPPORTED, Verdict.CONTRADICTED))
#: Strong, so that the few hundred labels of a set are not learnt by heart.
_C = 0.01


@dataclass(frozen=True, slots=True)
class Board:
    """One set as it is scored: by the shipped verifier, or by its figures weighed anew on the set's other parts."""

    name: str
    rows: tuple[Scored, ...]
    refitted: bool = False


@dataclass(frozen=True, slots=True)
class Figured:
    """A claim with the figures and findings that the shipped verifier makes."""

    group: str
    right: bool
    kind: str
    figures: tuple[float, ...]


def boards(root: Path, verifier: Verifier) -> Iterator[Board]:
    """Yield the boards of the sets that are there."""
    for name, cases in _sets(root):
        yield Board(name, tuple(scored(cases, verifier)))
        if name == "DiaSumFact":
            yield Board(f"{name}, grouped 5-fold", tuple(cross_validated(figured(cases))), refitted=True)
    domains = {name: figured(cases) for name, cases in _sets(root) if name.startswith("SummEdits")}
    for name, rows in domains.items():
        others = [row for other, found in domains.items() if other != name for row in found]
        if others:
            yield Board(f"{name}, others' weights", tuple(weighed(others, rows)), refitted=True)


def scored(cases: Sequence[Case], verifier: Verifier) -> Iterator[Scored]:
    """Yield what the verifier makes of each claim in its own note."""
    for case in cases:
        verdicts = verifier.verify([item.claim for item in case.claims], case.transcript, SessionFacts()).verdicts
        for item, verdict in zip(case.claims, verdicts, strict=True):
            yield Scored(case.group, item.right, verdict.score, verdict.verdict in FLAGGED, item.kind)


def figured(cases: Sequence[Case]) -> list[Figured]:
    """Return the figures of each claim."""
    codes = sorted(reasons())
    rows = []
    for case in cases:
        index = index_of(case.transcript)
        for item in case.claims:
            ground = ground_of(parse_claim(item.claim), index, SessionFacts())
            found = {finding.reason_code for check in CHECKS.values() for finding in check(ground).findings}
            figures = (*features_of(ground, background()).values(), float(len(ground.terms)))
            rows.append(Figured(case.group, item.right, item.kind, (*figures, *(float(c in found) for c in codes))))
    return rows


def cross_validated(rows: Sequence[Figured], folds: int = 5) -> Iterator[Scored]:
    """Yield scores of claims by weights learnt on other conversations of the set."""
    groups = [row.group for row in rows]
    for learnt, held in GroupKFold(folds).split(rows, groups=groups):
        yield from weighed([rows[n] for n in learnt], [rows[n] for n in held])


def weighed(learnt: Sequence[Figured], held: Sequence[Figured]) -> Iterator[Scored]:
    """Yield scores by a logistic regression over other claims; below even is flagged."""
    regression = LogisticRegression(C=_C, max_iter=3000, class_weight="balanced")
    line = make_pipeline(StandardScaler(), regression)
    line.fit(np.array([row.figures for row in learnt]), np.array([row.right for row in learnt]))
    scores = line.predict_proba(np.array([row.figures for row in held]))[:, 1]
    for row, score in zip(held, scores, strict=True):
        yield Scored(row.group, row.right, float(score), bool(score < 0.5), row.kind)


def labelled_claims(root: Path) -> list[Case]:
    """Return the PriMock57 claims that this project labelled; never trained on."""
    transcripts = {case.group: case.transcript for case in primock57(root)}
    claims: dict[str, list[Labelled]] = {}
    for row in json.loads(LABELS.read_text(encoding="utf-8"))["claims"]:
        of_one = claims.setdefault(row["consultation"], [])
        of_one.append(Labelled(Claim(f"c{len(of_one)}", row["text"]), row["right"]))
    return [Case(group, transcripts[group], tuple(found)) for group, found in claims.items() if group in transcripts]


def _sets(root: Path) -> Iterator[tuple[str, list[Case]]]:
    """Yield each set that is there."""
    for name, folder, load in _loaders():
        if (root / folder).exists():
            yield name, load(root)


def _loaders() -> Iterator[tuple[str, str, Callable[[Path], list[Case]]]]:
    yield "PriMock57, our labels", "primock57", labelled_claims
    yield "DiaSumFact", "diasumfact", lambda root: list(diasumfact(root))
    yield "FacEval", "faceval", lambda root: list(faceval(root))
    yield "MTS-Dialog summaries", "mts_dialog/Correlation-Study", _mts
    for domain in DOMAINS:
        yield f"SummEdits {domain}", f"summedits/summedits_{domain}.json", partial(_summedits, domain)


def _summedits(domain: str, root: Path) -> list[Case]:
    return list(summedits(root, domain))


def _mts(root: Path) -> list[Case]:
    """Return automatic summaries as one claim each, right where people found every fact of it right."""
    return [
        replace(
            case,
            claims=(Labelled(Claim("c0", case.note), score["FactualPrecision"] >= 1.0),),
        )
        for case, score in mts_scores(root)
        if case.note
    ]
