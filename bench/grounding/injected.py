"""The injected scoreboard: recall for each sort of error at a fixed share of right sentences flagged."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from bench.grounding.data import Case
from bench.grounding.perturb import Edit, additions_to, benign_of, edits_of, stale_of
from bench.grounding.scores import auroc
from pipeline.domain.evidence import Claim, ClaimVerdict, Verdict
from pipeline.ports import SessionFacts, Verifier

_RIGHT = frozenset((Verdict.SUPPORTED, Verdict.NOT_CHECKED))


@dataclass
class Board:
    """Scores of right sentences, of every sort of edit, and of benign ones, with what was flagged."""

    right: list[tuple[float, bool]] = field(default_factory=list)
    wrong: dict[str, list[tuple[float, bool]]] = field(default_factory=lambda: defaultdict(list))
    benign: list[tuple[float, bool]] = field(default_factory=list)
    #: Right and edited sentences with their conversation, for the control that sees no transcript.
    texts: list[tuple[str, str, bool]] = field(default_factory=list)

    def recall(self, sort: str, false_flags: float) -> float:
        """Return the share of a sort that scores below all but a share of the right sentences."""
        threshold = float(np.quantile([score for score, _ in self.right], false_flags))
        scores = [score for score, _ in self.wrong[sort]]
        return sum(score < threshold for score in scores) / len(scores) if scores else float("nan")

    def flagged(self, rows: Iterable[tuple[float, bool]]) -> float:
        """Return the share that the shipped boundary flags."""
        flags = [flagged for _, flagged in rows]
        return sum(flags) / len(flags) if flags else float("nan")


def run(cases: Sequence[Case], verifier: Verifier, seed: int = 7, facts: SessionFacts | None = None) -> Board:
    """Return the board of some cases; each edit is verified in its own note, in the place of its original."""
    chance = random.Random(seed)  # noqa: S311 - a seeded draw for a benchmark
    board = Board()
    for case in cases:
        _one(case, cases, verifier, chance, board, facts or SessionFacts())
    return board


def _one(
    case: Case, cases: Sequence[Case], verifier: Verifier, chance: random.Random, board: Board, facts: SessionFacts
) -> None:
    claims = [item.claim for item in case.claims]
    verdicts = verifier.verify(claims, case.transcript, facts).verdicts
    board.texts += [(case.group, claim.text, True) for claim in claims]
    board.right += [(verdict.score, _is_flag(verdict)) for verdict in verdicts]
    edits: list[tuple[int, Edit]] = []
    for number, claim in enumerate(claims):
        edits += [(number, edit) for edit in edits_of(claim.text, case, chance)]
        if not _is_flag(verdicts[number]):
            edits += [(number, replace(edit, sort="benign")) for edit in benign_of(claim.text, chance)]
    edits += [(-1, edit) for edit in (*additions_to(case, chance), *stale_of(case), *_foreign(case, cases, chance))]
    for batch in _batches(edits, len(claims)):
        _score(batch, claims, case, verifier, board, facts)


def _batches(edits: list[tuple[int, Edit]], size: int) -> Iterable[list[tuple[int, Edit]]]:
    """Yield the edits a few at a time, so that most of the note stays as it was."""
    step = max(1, size // 8)
    return (edits[first : first + step] for first in range(0, len(edits), step))


def _score(
    batch: list[tuple[int, Edit]],
    claims: list[Claim],
    case: Case,
    verifier: Verifier,
    board: Board,
    facts: SessionFacts,
) -> None:
    added = [
        Claim(f"e{n}", edit.text, section=claims[at].section if at >= 0 else "") for n, (at, edit) in enumerate(batch)
    ]
    verdicts = verifier.verify([*claims, *added], case.transcript, facts).verdicts[len(claims) :]
    for (_, edit), verdict in zip(batch, verdicts, strict=True):
        row = (verdict.score, _is_flag(verdict))
        if edit.sort == "benign":
            board.benign.append(row)
        else:
            board.wrong[edit.sort].append(row)
            board.texts.append((case.group, edit.text, False))


def claim_only(board: Board) -> float:
    """Return the AUROC of a model that sees the sentences and no transcript: what the edits' own style gives away."""
    groups, texts, right = (list(column) for column in zip(*board.texts, strict=True))
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(class_weight="balanced"))
    folds = GroupKFold(min(5, len(set(groups))))
    scores = cross_val_predict(model, texts, right, groups=groups, cv=folds, method="predict_proba")[:, 1]
    labels = np.array(right, dtype=bool)
    return auroc(scores, labels, labels)


def _foreign(case: Case, cases: Sequence[Case], chance: random.Random) -> list[Edit]:
    pool = [item.claim.text for other in cases if other.group != case.group for item in other.claims]
    return [Edit("foreign", text, "", text) for text in chance.sample(pool, min(10, len(pool)))]


def _is_flag(verdict: ClaimVerdict) -> bool:
    return verdict.verdict not in _RIGHT
