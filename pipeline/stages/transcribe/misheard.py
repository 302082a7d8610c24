"""Which words may be a name that was misheard: by sound, by the engine's own doubt, and by the dose beside them."""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.stages.transcribe.terms import LEAST_LIKENESS, Match, Terms
from pipeline.stages.transcribe.vocabulary import ordinary_words, plain

#: Words that an engine was this sure of are taken as heard.
SURE = 0.75
#: What a word is taken to score where the engine gives no probability.
_UNSCORED = 0.74
_LONGEST_WINDOW = 4
_LEAST_PROBABILITY = 0.5
#: More sounds than this make a match no surer.
_TELLING_WEIGHT = 7.0

_UNIT = re.compile(r"(?:milligrams?|\d*mgs?|micrograms?|mcg|milliliters?|units|grams?|tablets?|capsules?)")
_NUMBER = re.compile(
    r"\d[\d.]*(?:mg|mcg)?|(?:one|two|three|four|five|six|seven|eight|nine|ten|fifteen|hundred|half|thousand)"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-five)?"
)
_PUT_ON = (("me", "on"), ("him", "on"), ("her", "on"), ("you", "on"), ("on", "the"), ("on", "my"), ("be", "on"))


Features = tuple[float, ...]
FEATURES = (
    "always",
    "likeness",
    "evidence",
    "doubt",
    "mean_doubt",
    "dose",
    "handled",
    "works",
    "words",
    "function_share",
    "ordinary",
)


@dataclass(frozen=True, slots=True)
class Misheard:
    """Words ``first`` up to ``stop`` of a segment, and the names they may have been, likeliest first."""

    first: int
    stop: int
    candidates: tuple[str, ...] = field(repr=False)
    #: Probability that a name was misheard here.
    probability: float = 1.0


def misheard_names(words: Sequence[str], scores: Sequence[float | None], terms: Terms) -> list[Misheard]:
    """Return where names were probably misheard, without overlaps, in order."""
    known = [_UNSCORED if score is None else score for score in scores]
    found = sorted(_windows(words, known, terms), key=lambda window: -window.probability)
    chosen: list[Misheard] = []
    for window in found:
        if window.probability < _LEAST_PROBABILITY:
            break
        if all(window.stop <= other.first or window.first >= other.stop for other in chosen):
            chosen.append(window)
    return sorted(chosen, key=lambda window: window.first)


def possible_names(
    words: Sequence[str], scores: Sequence[float], terms: Terms
) -> Iterator[tuple[int, int, tuple[Match, ...], Features]]:
    """Yield every run of words that may be a misheard name: first, stop, what it sounds like, what speaks for it."""
    texts = [plain(word) for word in words]
    ends = [word.endswith((".", "?", "!")) for word in words]
    for first, stop in _places(texts, scores, ends, terms.words):
        matches = terms.like(" ".join(texts[first:stop]))
        yield first, stop, matches, _features(texts, scores, (first, stop), matches)


def _windows(words: Sequence[str], scores: Sequence[float], terms: Terms) -> Iterator[Misheard]:
    for first, stop, matches, features in possible_names(words, scores, terms):
        yield Misheard(first, stop, tuple(term.name for _, term in matches), _probability(features))


def _places(
    texts: Sequence[str], scores: Sequence[float], ends: Sequence[bool], known: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield runs within a sentence among whose words the engine doubted one, and none is a name, number or unit."""
    for first in range(len(texts)):
        for stop in range(first + 1, min(first + _LONGEST_WINDOW, len(texts)) + 1):
            if _is_heard(texts[stop - 1], known) or any(ends[first : stop - 1]):
                break
            if min(scores[first:stop]) < SURE and not _words("function_words").issuperset(texts[first:stop]):
                yield first, stop


def _is_heard(text: str, known: frozenset[str]) -> bool:
    return text in known or text.removesuffix("'s") in known or bool(_NUMBER.fullmatch(text) or _UNIT.fullmatch(text))


def _features(
    texts: Sequence[str], scores: Sequence[float], window: tuple[int, int], matches: Sequence[Match]
) -> Features:
    """Return what speaks for a misheard name, in the order of ``FEATURES``."""
    first, stop = window
    inside, sure = texts[first:stop], scores[first:stop]
    like, weight = (matches[0][0], matches[0][1].weight) if matches else (LEAST_LIKENESS, 0.0)
    function_words = _words("function_words")
    functions = sum(text in function_words for text in inside)
    return (
        1.0,
        like,
        like * min(weight, _TELLING_WEIGHT),
        1.0 - min(sure),
        1.0 - sum(sure) / len(sure),
        float(_has_dose(texts, first, stop)),
        float(_is_handled(texts[max(0, first - 3) : first])),
        float(not _words("works").isdisjoint(texts[stop : stop + 3])),
        float(len(inside)),
        functions / len(inside),
        float(all(text in function_words or text in ordinary_words() for text in inside)),
    )


def _has_dose(texts: Sequence[str], first: int, stop: int) -> bool:
    """Say whether a dose stands right behind ("to 100 milligrams") or before ("50 milligrams of")."""
    behind = texts[stop : stop + 5]
    near = any(_NUMBER.fullmatch(text) or _UNIT.fullmatch(text) for text in behind[:2])
    if near and any(_UNIT.fullmatch(text) for text in behind):
        return True
    return first > 1 and texts[first - 1] == "of" and bool(_UNIT.fullmatch(texts[first - 2]))


def _is_handled(before: Sequence[str]) -> bool:
    """Say whether the words before speak of taking, prescribing, raising, or being on something."""
    return any(text in _words("handled") for text in before) or tuple(before[-2:]) in _PUT_ON


def _probability(features: Features) -> float:
    return 1.0 / (1.0 + math.exp(-sum(weight * value for weight, value in zip(_weights(), features, strict=True))))


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("misheard.toml").read_text("utf-8"))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_table()[name].split())


@cache
def _weights() -> Features:
    return tuple(_table()["weights"][name] for name in FEATURES)
