"""Names by sound: which of several hundred a stretch of speech sounds like, quickly."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.transcribe.sounds import SOUNDS, change_of, sound_of, weight_of
from pipeline.stages.transcribe.vocabulary import plain_names

#: Names less alike than this are no candidates.
LEAST_LIKENESS = 0.5
_CANDIDATES = 4
#: One consonant cannot be told by sound.
_LEAST_WEIGHT = 2.0
#: Chosen so that a common medication comes before a rare one that sounds a little more alike.
_COMMON, _OWN = 1.5, 2.0
_IMPOSSIBLE = 1e6
_CHANGES = np.array([[change_of(heard, meant) for meant in SOUNDS] + [_IMPOSSIBLE] for heard in SOUNDS])

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Term:
    """A name and how it sounds."""

    name: str = field(repr=False)
    sound: str = field(repr=False)
    weight: float
    #: How much more readily this name is thought of than others, in the measure of ``evidence``.
    prior: float = 0.0

    def evidence(self, like: float) -> float:
        """Return how much a likeness tells: the more, the longer the name."""
        return self.weight * (2.2 * like - 1.2) + self.prior


Match = tuple[float, Term]


class Terms:
    """Names, ready to be compared: those of the session before the bundled ones."""

    def __init__(self, own: Sequence[str], bundled: Sequence[str] = (), common: AbstractSet[str] = frozenset()) -> None:
        names = tuple(dict.fromkeys((*own, *bundled)))
        priors = {**dict.fromkeys(common, _COMMON), **dict.fromkeys(own, _OWN)}
        made = (Term(name, sound_of(name), weight_of(sound_of(name)), priors.get(name, 0.0)) for name in names)
        self._terms = tuple(term for term in made if term.weight >= _LEAST_WEIGHT)
        self._names = names
        self._like = lru_cache(maxsize=4096)(self._compare)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return every word of the names, plain."""
        return plain_names(self._names)

    def like(self, text: str) -> tuple[Match, ...]:
        """Return the names most like the text, with their likeness, best first.

        A likeness is 1 where two sounds are the same, and 0 where nothing of the name is heard.
        """
        return self._like(sound_of(text.replace("-", " ")))

    def _compare(self, heard: str) -> tuple[Match, ...]:
        alike = 1.0 - self._distances(heard) / self._totals[-1]
        worth = ((float(alike[index]), self._terms[index]) for index in np.flatnonzero(alike >= LEAST_LIKENESS))
        return tuple(sorted(worth, key=lambda match: -match[1].evidence(match[0]))[:_CANDIDATES])

    def _distances(self, heard: str) -> Floats:
        """Return the weighted edit distance (Wagner and Fischer 1974) to every name at once.

        A row of the table holds, for each name, the distance to each of its beginnings. What is left out of a name
        costs the difference of two totals, so that the best place to leave from is a running minimum.
        """
        row = self._totals
        for sound in heard:
            gone = weight_of(sound)
            changed = row[:-1] + _CHANGES[SOUNDS.index(sound)][self._codes]
            stepped = np.concatenate([row[:1] + gone, np.minimum(changed, row[1:] + gone)])
            row = self._totals + np.minimum.accumulate(stepped - self._totals, axis=0)
        distances: Floats = row[-1]
        return distances

    @cached_property
    def _codes(self) -> NDArray[np.intp]:
        """Return the names as numbers of sounds, padded to one length; shape (sounds, names)."""
        longest = max((len(term.sound) for term in self._terms), default=1)
        rows = [[SOUNDS.index(sound) for sound in term.sound] for term in self._terms]
        padded = np.array([row + [len(SOUNDS)] * (longest - len(row)) for row in rows], dtype=np.intp)
        return np.ascontiguousarray(padded.reshape(-1, longest).T)

    @cached_property
    def _totals(self) -> Floats:
        """Return the weight of each beginning of each name; padding weighs nothing."""
        weights = np.array([*map(weight_of, SOUNDS), 0.0])[self._codes]
        return np.concatenate([np.zeros((1, len(self._terms))), np.cumsum(weights, axis=0)])
