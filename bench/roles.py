"""How often the clinician is told from the client by what is said, and the fitting of the cues' weights.

    python -m bench.roles [--data DIR]         accuracy of the shipped weights, and of cross-validated ones
    python -m bench.roles [--data DIR] --fit   prints the weights for pipeline/stages/transcribe/role_cues.toml

DIR holds `primock57/` and `aci_bench/` as published (both CC BY 4.0), and `mts_dialog/` for short dialogues, which
are only measured. Cross-validation leaves whole visits out.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from pipeline.domain.transcript import Role
from pipeline.stages.transcribe.cues import Features, features, load_cues
from pipeline.stages.transcribe.roles import roles_of

#: Visits whose speaker tags are exchanged for most of the text (ACI-Bench's README says that some are).
#: Found by disagreement, then read: the one tagged "patient" asks, examines and prescribes.
EXCHANGED = frozenset(
    {"D2N034", "D2N038", "D2N056", "D2N057", "D2N059", "D2N082", "D2N114", "D2N125", "D2N190"}
    | {"ACI003", "ACI033", "ACI041", "ACI045"},
)
#: What each cue is thought to weigh before any data: medical visits alone would teach too little of talk therapy.
PRIOR = {
    "open_questions": 0.5,
    "closed_questions": 0.3,
    "second_person": 0.3,
    "first_person": -0.2,
    "own_experience": -0.3,
    "own_people": -0.4,
    "clinicians_own_words": 0.5,
    "reflections": 0.4,
    "structure": 0.2,
    "interventions": 0.2,
    "risk_questions": 0.4,
    "acknowledgements": 0.05,
    "answers": -0.1,
    "fillers": -0.1,
    "other_people": -0.1,
    "medical_visit": 0.0,
    "thanks": 0.0,
    "question_marks": 0.3,
    "speaks_first": 0.2,
    "asks_first": 0.4,
}
#: How firmly the weights are held to the prior; chosen once, by held-out likelihood on whole visits and excerpts.
FIRMNESS = 0.05
FOLDS = 5
EXCERPT_TURNS = (8, 16, 32)

Turns = list[tuple[str, str]]
Example = tuple[np.ndarray, int]


@dataclass(frozen=True)
class Visit:
    """A dialogue whose doctor is known."""

    corpus: str
    visit_id: str
    turns: Turns


def visits(data: Path) -> Iterator[Visit]:
    """Yield the visits of PriMock57 and ACI-Bench, tags put right."""
    for path in sorted((data / "primock57/derived/merged").glob("*.json")):
        turns = [(turn["speaker"], re.sub(r"<[^>]*>", "", turn["text"])) for turn in json.loads(path.read_text())]
        yield Visit("primock57", path.stem, [turn for turn in turns if turn[1].strip()])
    for path in sorted((data / "aci_bench/data/challenge_data").glob("*.csv")):
        if not path.stem.endswith("metadata"):
            yield from _aci(path, "aci_bench")


def recognized(data: Path) -> Iterator[Visit]:
    """Yield the ACI-Bench visits as recognizers heard them."""
    for path in sorted((data / "aci_bench/data/src_experiment_data").glob("*_asr.csv")):
        yield from _aci(path, "aci_bench, recognizer output")


def short_dialogues(data: Path) -> Iterator[Visit]:
    """Yield the dialogues of MTS-Dialog that have 8 turns or more."""
    for path in sorted((data / "mts_dialog").rglob("*.csv")):
        for number, row in enumerate(_rows(path)):
            found = re.findall(r"^(Doctor|Patient): *(.*)$", row.get("dialogue", "") or "", re.MULTILINE)
            turns = [(speaker.lower(), text) for speaker, text in found]
            if len(turns) >= 8 and {"doctor", "patient"} <= {speaker for speaker, _ in turns}:
                yield Visit("mts_dialog, 8 turns or more", f"{path.stem}/{number}", turns)


def snippets() -> Iterator[Visit]:
    """Yield the invented talk beside this file."""
    for part in Path(__file__).with_name("role_snippets.txt").read_text("utf-8").split("\n= ")[1:]:
        kind, *lines = part.strip().splitlines()
        yield Visit("invented talk", kind, [(line[0], line[3:]) for line in lines if line[1:3] == ": "])


def _aci(path: Path, corpus: str) -> Iterator[Visit]:
    for row in _rows(path):
        visit_id = row.get("encounter_id") or row["id"]
        turns = re.findall(r"^\[(\w+)\]\s*(.*)$", row["dialogue"], re.MULTILINE)
        if visit_id in EXCHANGED:
            exchange = {"doctor": "patient", "patient": "doctor"}
            turns = [(exchange.get(speaker, speaker), text) for speaker, text in turns]
        yield Visit(corpus, visit_id, turns)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        yield from csv.DictReader(lines)


def examples(visit: Visit, rng: np.random.Generator, excerpts: Sequence[int]) -> Iterator[Example]:
    """Yield the whole visit, the visit without punctuation, and excerpts of it."""
    yield from _example(visit.turns)
    yield from _example([(speaker, re.sub(r"[.,?!]", "", text)) for speaker, text in visit.turns])
    for length in excerpts:
        if len(visit.turns) > length:
            start = int(rng.integers(0, len(visit.turns) - length))
            yield from _example(visit.turns[start : start + length])


def _example(turns: Turns) -> Iterator[Example]:
    rows = features(turns)
    voices = list(rows)
    if "doctor" in voices and len(voices) > 1:
        yield np.array([rows[voice] for voice in voices]), voices.index("doctor")


def fit(given: Sequence[Example]) -> Features:
    """Return the weights of a conditional logit (McFadden 1974), held to the prior."""
    prior = np.array([PRIOR[name] for name in load_cues().names])

    def loss(weights: Features) -> tuple[float, Features]:
        off = weights - prior
        total, slope = FIRMNESS * off @ off, 2 * FIRMNESS * off
        for rows, doctor in given:
            shares = probabilities(rows, weights)
            total -= np.log(shares[doctor] + 1e-12) / len(given)
            slope = slope + (rows.T @ shares - rows[doctor]) / len(given)
        return total, slope

    return np.asarray(minimize(loss, prior, jac=True).x)


def probabilities(rows: np.ndarray, weights: Features) -> np.ndarray:
    """Return for each voice the probability that it is the clinician's."""
    scores = rows @ weights
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum())


def held_out(given: Sequence[Visit], rng: np.random.Generator, excerpts: Sequence[int]) -> list[list[float]]:
    """Return for each visit the probabilities given to its doctor by weights fitted without it."""
    made = [list(examples(visit, rng, excerpts)) for visit in given]
    fold = rng.integers(0, FOLDS, len(given))
    weights = [fit([e for part, f in zip(made, fold, strict=True) if f != k for e in part]) for k in range(FOLDS)]
    return [
        [float(probabilities(rows, weights[f])[doctor]) for rows, doctor in part]
        for part, f in zip(made, fold, strict=True)
    ]


def report(name: str, outcomes: Iterable[tuple[str, np.ndarray, int]], weights: Features) -> None:
    """Print the share of sessions whose doctor is told, and how sure that was."""
    right, sure, missed = [], [], []
    for visit_id, rows, doctor in outcomes:
        shares = probabilities(rows, weights)
        right.append(int(shares.argmax()) == doctor)
        sure.append(float(shares.max()))
        missed += [] if right[-1] else [visit_id]
    print(f"{name:34} {np.mean(right):7.1%} of {len(right):4}   confidence {np.mean(sure):.3f}   missed {missed[:12]}")


def report_invented() -> None:
    """Print in how many invented sessions every clinician and client is told."""
    wanted = {**dict.fromkeys("CD", Role.CLINICIAN), **dict.fromkeys("XYZ", Role.CLIENT)}
    told = {}
    for number, visit in enumerate(snippets()):
        clinicians = len({voice for voice, _ in visit.turns} & set("CD"))
        found = roles_of(visit.turns, max(1, clinicians))
        told[f"{number} {visit.visit_id}"] = all(found[voice][0] is wanted[voice] for voice in found if voice in wanted)
    missed = [name for name, right in told.items() if not right]
    share = np.mean(list(told.values()))
    print(f"{'invented talk of 2 to 12 turns':34} {share:7.1%} of {len(told):4}   missed {missed}")


def report_alone(given: Iterable[Visit]) -> None:
    """Print how often a single voice's role is told, as where the other side is not on the recording."""
    right: dict[tuple[str, str], list[bool]] = {}
    for visit in given:
        for side, role in (("doctor", Role.CLINICIAN), ("patient", Role.CLIENT)):
            turns = [turn for turn in visit.turns if turn[0] == side]
            if turns:
                right.setdefault((visit.corpus, side), []).append(roles_of(turns)[side][0] is role)
    for (corpus, side), told in right.items():
        print(f"{corpus + ', ' + side + ' alone':34} {np.mean(told):7.1%} of {len(told):4}")


def main() -> None:
    """Measure, or fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    report_invented()
    given = list(visits(options.data))
    if not given:
        sys.exit(f"no PriMock57 or ACI-Bench under {options.data.name}; see --help")
    report_alone(given)
    rng = np.random.default_rng(0)
    if options.fit:
        _print_weights([e for visit in given for e in examples(visit, rng, EXCERPT_TURNS)])
        return
    _measure(options.data, given, rng)


def _print_weights(given: Sequence[Example]) -> None:
    weights = fit(given)
    middle = np.mean([(rows[d] + np.delete(rows, d, axis=0).mean(axis=0)) / 2 @ weights for rows, d in given])
    print(f"[fitted]\nneutral = {middle:.3f}\n\n[weights]")
    for name, weight in zip(load_cues().names, weights, strict=True):
        print(f"{name} = {weight:.3f}")


def _measure(data: Path, given: list[Visit], rng: np.random.Generator) -> None:
    shipped = load_cues().weights
    sets = [given, list(recognized(data)), list(short_dialogues(data))]
    for corpus in dict.fromkeys(visit.corpus for part in sets for visit in part):
        chosen = [visit for part in sets for visit in part if visit.corpus == corpus]
        report(corpus, ((v.visit_id, *e) for v in chosen for e in _example(v.turns)), shipped)
    for length in EXCERPT_TURNS:
        parts = [(v.visit_id, *e) for v in given for e in list(examples(v, rng, (length,)))[2:]]
        report(f"excerpts of {length} turns", parts, shipped)
    scores = held_out(given, rng, EXCERPT_TURNS)
    whole = np.array([score[0] for score in scores])
    pieces = np.array([s for score in scores for s in score[2:]])
    print(f"held out, whole visits             {np.mean(whole > 0.5):7.1%}   log-likelihood {np.log(whole).mean():.4f}")
    print(
        f"held out, excerpts                 {np.mean(pieces > 0.5):7.1%}   log-likelihood {np.log(pieces).mean():.4f}"
    )
    _print_calibration(pieces)


def _print_calibration(pieces: np.ndarray) -> None:
    """Print how often the best guess is right at each level of confidence, for two voices."""
    sure, right = np.maximum(pieces, 1 - pieces), pieces > 0.5
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 1.01)):
        chosen = (sure >= low) & (sure < high)
        if chosen.any():
            print(f"  confidence {low:.2f} to {min(high, 1):.2f}: right {right[chosen].mean():.3f} of {chosen.sum()}")


if __name__ == "__main__":
    main()
