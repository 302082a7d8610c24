"""Which of the voices heard in each five-second window are the same person, and how many people there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

#: More voices than a recorded session can have.
MOST_VOICES = 8
#: A voice that is not assigned to anyone.
NOBODY = -2
# Clusters are learned on an even sample of the windows, so that a long session costs no more than a short one.
_WINDOWS_LEARNED = 1_200
_STARTS = 6
_ROUNDS = 12
# At this width of the logistic curve about the threshold, the development clips' counts are as sure as it says.
_DOUBT = 0.025
# A voice with next to no speech is a cough or a word in passing, however far from the others it lies.
_OUTLIER = 0.05

Vectors = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each local speaker of each window, ``(windows, speakers, …)``."""

    #: Unit embeddings, 0 where none could be made.
    embeddings: Vectors
    #: Seconds of clean speech behind each embedding, so that those of all add up to the recording's.
    weights: Vectors
    active: NDArray[np.bool_]
    #: Whose embedding is good enough to learn from.
    telling: NDArray[np.bool_]

    def sample(self) -> "Evidence":
        """Return an even sample of the windows that tell something."""
        windows = np.flatnonzero(self.telling.any(axis=1))
        kept = windows[:: max(1, -(-len(windows) // _WINDOWS_LEARNED))]
        return Evidence(self.embeddings[kept], self.weights[kept], self.active[kept], self.telling[kept])


@dataclass(frozen=True, slots=True)
class Count:
    """How many voices there may be, how many are expected, and what it takes to tell two apart."""

    at_least: int
    at_most: int
    expected: int
    #: Least cosine distance between the centres of voices, up to the expected number and beyond it.
    apart: float
    further_apart: float
    #: A voice beyond the least number has at least this share of the speech.
    smallest_share: float
    #: Seconds of clean speech below which a voice must be as far from others as one beyond the expected number.
    brief: float


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices found: their centres, shape (voices, 256), and the probability that their number is right."""

    centres: Vectors
    confidence: float


@dataclass(frozen=True, slots=True)
class _Try:
    """The best division into so many voices."""

    centres: Vectors
    #: How much further apart the closest two are than they must be.
    margin: float
    holds: bool


def find_voices(evidence: Evidence, count: Count) -> Voices:
    """Return the largest number of voices that are all far enough apart, within the bounds."""
    tries = list(_tries(evidence.sample(), count))
    found = max((index for index, tried in enumerate(tries) if tried.holds), default=0)
    sure = [
        _probability(tries[found].margin),
        *(1.0 - _probability(more.margin) for more in tries[found + 1 : found + 2]),
    ]
    return Voices(tries[found].centres, round(min(sure), 3))


def _tries(evidence: Evidence, count: Count) -> Iterator[_Try]:
    for number in range(count.at_least, count.at_most + 1):
        centres = _learn(evidence, number)
        if len(centres) < number > count.at_least:
            return
        spoken = _spoken(evidence, centres)
        expected = number <= count.expected and spoken.min() >= count.brief
        margin = _closest(centres) - (count.apart if expected else count.further_apart)
        if spoken.min() < count.smallest_share * spoken.sum():
            margin = min(margin, -_OUTLIER)
        holds = margin >= 0
        yield _Try(centres, margin, holds)
        if not holds and number > count.expected:
            return


def _probability(margin: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(margin / _DOUBT, -50.0, 50.0))))


def _closest(centres: Vectors) -> float:
    """Return the least cosine distance between two centres."""
    distances = 1.0 - centres @ centres.T
    return float(distances[np.triu_indices(len(centres), 1)].min(initial=2.0))


def _spoken(evidence: Evidence, centres: Vectors) -> Vectors:
    """Return the seconds of clean speech of each voice."""
    voices = assign(evidence.embeddings @ centres.T, evidence.telling)
    held = voices >= 0
    counted = np.bincount(voices[held], weights=evidence.weights[held], minlength=len(centres))
    return np.asarray(counted, dtype=np.float64)


def _learn(evidence: Evidence, number: int) -> Vectors:
    """Return the centres of ``number`` voices by spherical k-means in which no window holds one voice twice.

    Started from the heaviest groups of an average-linkage tree, cut at several heights; the tightest result counts.
    """
    from scipy.cluster.hierarchy import (  # type: ignore[import-untyped]  # ships no types; heavy: loaded where needed
        fcluster,
        linkage,
    )

    vectors, weights = evidence.embeddings[evidence.telling], evidence.weights[evidence.telling]
    if number == 1 or len(vectors) <= number:
        return _unit((vectors * weights[:, None]).sum(axis=0, keepdims=True))
    tree = linkage(vectors, method="average", metric="cosine")
    cuts = range(number, min(len(vectors), number + _STARTS) + 1)
    starts = [_heaviest(vectors, weights, fcluster(tree, cut, criterion="maxclust"), number) for cut in cuts]
    results = [_refine(evidence, start) for start in starts if len(start) == number]
    return max(results, key=lambda result: result[0])[1] if results else _unit(vectors[:1])


def _heaviest(vectors: Vectors, weights: Vectors, labels: NDArray[np.int32], number: int) -> Vectors:
    totals = np.bincount(labels, weights=weights)
    heaviest = np.argsort(-totals, kind="stable")[:number]
    chosen = [label for label in heaviest if totals[label] > 0]
    return _unit(np.stack([(vectors * (weights * (labels == label))[:, None]).sum(axis=0) for label in chosen]))


def _refine(evidence: Evidence, centres: Vectors) -> tuple[float, Vectors]:
    """Return how tight the voices are around their centres, and the centres, after a few rounds."""
    tightness = -1.0
    for _ in range(_ROUNDS):
        similarity = evidence.embeddings @ centres.T
        voices = assign(similarity, evidence.telling)
        held = voices >= 0
        now = float((similarity[held, voices[held]] * evidence.weights[held]).sum())
        if now <= tightness + 1e-6:
            break
        tightness = now
        centres = np.stack([_centre(evidence, voices == voice, old) for voice, old in enumerate(centres)])
    return tightness, centres


def _centre(evidence: Evidence, members: NDArray[np.bool_], old: Vectors) -> Vectors:
    total: Vectors = (evidence.embeddings[members] * evidence.weights[members][:, None]).sum(axis=0)
    return _unit(total) if total.any() else old


def assign(similarity: Vectors, active: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return the voice of each (window, local speaker), no voice twice in one window.

    ``similarity`` is not negative and has the shape (windows, local speakers, voices); ``NOBODY`` marks who is not
    ``active`` and who is left over where a window holds more speakers than there are voices.
    """
    windows, speakers, voices = similarity.shape
    scores = np.pad(np.where(active[..., None], similarity + 1e-6, 0.0), ((0, 0), (0, 0), (0, 1)))
    ways = _ways(speakers, voices)
    totals = np.zeros((windows, len(ways)))
    for speaker in range(speakers):
        totals += scores[:, speaker, ways[:, speaker]]
    chosen = ways[np.argmax(totals, axis=1)]
    return np.where(active & (chosen < voices), chosen, NOBODY).astype(np.int8)


@cache
def _ways(speakers: int, voices: int) -> NDArray[np.intp]:
    """Return every way to give speakers different voices; the number after the last voice stands for nobody."""
    ways = [way for way in product(range(voices + 1), repeat=speakers) if _different(way, voices)]
    return np.array(ways, dtype=np.intp)


def _different(way: tuple[int, ...], voices: int) -> bool:
    held = [voice for voice in way if voice < voices]
    return len(held) == len(set(held))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, 1e-12)
    return unit
