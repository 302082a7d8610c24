"""Which of the voices heard in each five-second window are the same person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]  # ships no types
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # ships no types

#: More voices than a recorded session can have; a guard against a runaway clustering.
MOST_VOICES = 20

Vectors = NDArray[np.float64]

#: A voice that is not assigned to anyone.
NOBODY = -2


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many voices there may be."""

    at_least: int = 1
    at_most: int = MOST_VOICES

    def clip(self, count: int) -> int:
        """Return the nearest allowed count."""
        return min(max(count, self.at_least), self.at_most)


def group(vectors: Vectors, weights: Vectors, threshold: float, smallest_share: float, bounds: Bounds) -> Vectors:
    """Return one unit vector a voice, the weightiest first.

    ``vectors`` are unit embeddings, shape (pieces, 256), ``weights`` seconds of clean speech behind each. Average
    linkage is cut at ``threshold`` (cosine distance); groups with less than ``smallest_share`` of the speech are not
    voices of their own.
    """
    if len(vectors) == 1:
        return vectors
    tree = linkage(vectors, method="average", metric="cosine")
    labels = fcluster(tree, threshold, criterion="distance")
    counted = _weightiest(labels, weights, smallest_share)
    wanted = bounds.clip(len(counted))
    cut = wanted
    while len(counted) != wanted and cut <= min(len(vectors), 4 * wanted + 16):
        labels = fcluster(tree, cut, criterion="maxclust")
        counted = _weightiest(labels, weights, smallest_share)[:wanted]
        cut += 1
    return np.stack([_centre(vectors[labels == label], weights[labels == label]) for label in counted[:wanted]])


def _weightiest(labels: NDArray[np.int32], weights: Vectors, smallest_share: float) -> list[int]:
    found, inverse = np.unique(labels, return_inverse=True)
    totals = np.bincount(inverse, weights=weights)
    order = np.argsort(-totals, kind="stable")
    kept = [int(found[i]) for i in order if totals[i] >= smallest_share * totals.sum()]
    return kept or [int(found[order[0]])]


def _centre(vectors: Vectors, weights: Vectors) -> Vectors:
    centre: Vectors = (vectors * weights[:, None]).sum(axis=0)
    return centre / max(float(np.linalg.norm(centre)), 1e-12)


def assign(similarity: Vectors, active: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return the voice of each (window, local speaker), no voice twice in one window.

    ``similarity`` has the shape (windows, local speakers, voices); ``NOBODY`` marks who is not ``active`` and who
    is left over where a window holds more speakers than there are voices.
    """
    voices = np.full(active.shape, NOBODY, dtype=np.int8)
    for index, speakers in enumerate(active):
        present = np.flatnonzero(speakers)
        rows, columns = linear_sum_assignment(similarity[index, present], maximize=True)
        voices[index, present[rows]] = columns
    return voices
