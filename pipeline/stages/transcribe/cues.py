"""What in a voice's words speaks for a clinician: cues counted by the phrases of ``role_cues.toml``."""

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

#: Hits are counted as if this many other words had been said too, so that a few words prove little.
_PRIOR_WORDS = 40
#: Above this many hits per 100 words a cue says no more.
_MOST = 12.0
#: Cues that no phrase tells: question marks, and who opens.
_SHAPES = ("question_marks", "speaks_first", "asks_first")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_STRAIGHT = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", ",": " "})
_FILLER = re.compile(r"(?<!\bdo )(?<!\bdid )(?<!\bif )(?<!\blet )\byou know\b")

Features = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cues:
    """Every cue by name, the phrases it is heard by, and its weight: above 0 it speaks for the clinician."""

    #: What a voice scores that speaks as much like a clinician as like a client.
    neutral: float
    patterns: tuple[tuple[str, re.Pattern[str]], ...] = field(repr=False)
    weights: Features = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names in the order of the weights."""
        return (*(name for name, _ in self.patterns), *_SHAPES)

    def weights_but_for(self, names: Collection[str]) -> Features:
        """Return the weights, 0 for the cues named."""
        return np.where([name in names for name in self.names], 0.0, self.weights)


@cache
def load_cues() -> Cues:
    """Return the cues as shipped."""
    tables = tomllib.loads(files(__package__).joinpath("role_cues.toml").read_text("utf-8"))
    patterns = tuple((name, _pattern(phrases)) for name, phrases in tables["phrases"].items())
    names = (*tables["phrases"], *_SHAPES)
    return Cues(tables["fitted"]["neutral"], patterns, np.array([tables["weights"].get(name, 0.0) for name in names]))


def features(turns: Sequence[tuple[str, str]]) -> dict[str, Features]:
    """Return a row of features for each voice, in the order of ``Cues.names``; a turn is (voice, text)."""
    said: dict[str, list[str]] = {}
    for voice, text in turns:
        said.setdefault(voice, []).append(plain(text))
    opens = next(iter(said), None)
    asks = next((voice for voice, text in turns if "?" in text), None)
    return {voice: _row(" / ".join(texts), (voice == opens, voice == asks)) for voice, texts in said.items()}


def word_count(text: str) -> int:
    """Return how many words the text has."""
    return sum(1 for _ in _WORD.finditer(text))


def _row(text: str, opening: tuple[bool, bool]) -> Features:
    hits = [sum(1 for _ in pattern.finditer(text)) for _, pattern in load_cues().patterns]
    per_hundred = np.array([*hits, text.count("?")]) * 100.0 / (word_count(text) + _PRIOR_WORDS)
    return np.array([*np.minimum(per_hundred, _MOST), *map(float, opening)])


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, longest_first))})(?![\w'])")


def plain(text: str) -> str:
    """Return the text in lower case, with straight apostrophes, no commas, and "you know" as one word.

    As a filler it addresses nobody; after "do", "did", "if" or "let" it does.
    """
    plain = " ".join(text.lower().translate(_STRAIGHT).split())
    return _FILLER.sub("y'know", plain).replace(" n't", "n't")
