"""Whether what was heard is understood, over a recognizer that hears what a test says."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.adapters.speech.moonshine_hearing import Listener, Sound, Take
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import Piece, loudness
from pipeline.adapters.speech.moonshine_recognizer import Heard
from pipeline.adapters.speech.moonshine_tokens import Token
from pipeline.adapters.speech.moonshine_understanding import MADE_UP_BELOW, understood
from pipeline.ports import SAMPLE_RATE, Samples

SAMPLES = np.random.default_rng(1).normal(0, 0.1, 40 * SAMPLE_RATE).astype(np.float32)
SOUND = Sound(SAMPLES, loudness(SAMPLES))
ENGLISH = "I have been very tired and I cannot sleep well at night."
MADE_UP = ("The most important thing is to have a good relationship.", "So we have to have a lot of work here.")


@dataclass
class Sayings:
    """A recognizer that says one thing after the other, over and over."""

    texts: Sequence[str]
    asked: int = 0

    def decode(self, pieces: Sequence[Samples], tokens_per_second: float) -> list[Heard]:
        """Return the next texts."""
        self.asked += len(pieces)
        return [heard(self.texts[self.asked % len(self.texts)], 0.5) for _ in pieces]


def heard(text: str, chance: float) -> Heard:
    """Return words, each one token of this probability."""
    tokens = tuple(Token(9, f"\N{LOWER ONE EIGHTH BLOCK}{word}".encode(), chance) for word in text.split())
    return Heard(tokens, np.zeros((4, 288), np.float16))


def share(recognizer: Sayings, first: str, chance: float = 0.5) -> float:
    """Return what is understood of two pieces of 20 seconds that were heard as ``first``."""
    listener = Listener(recognizer, MoonshineOptions())  # type: ignore[arg-type]  # of a recognizer, this is asked
    takes = [Take(Piece(start, start + 20.0), heard(first, chance)) for start in (0.0, 20.0)]
    with ThreadPoolExecutor(1) as threads:
        return understood(listener, SOUND, takes, threads)


def test_unsure_words_that_come_out_the_same_are_understood() -> None:
    """Words the network is unsure of, as in noise, are understood where they come out the same again."""
    assert share(Sayings([ENGLISH]), ENGLISH) == pytest.approx(1.0)


def test_words_that_change_each_time_are_made_up() -> None:
    """Words that are others at each hearing were made up."""
    assert share(Sayings(MADE_UP), "It is located in the city of Monty and the museum.") < MADE_UP_BELOW


def test_going_round_and_round_is_no_agreement() -> None:
    """Hearings that agree on a phrase over and over have not understood it."""
    loop = " ".join(["the first one is the number of people"] * 6)

    assert share(Sayings([loop]), loop) < MADE_UP_BELOW


def test_clear_words_are_not_heard_again() -> None:
    """Where the network is sure of most, nothing is heard again for this."""
    recognizer = Sayings(MADE_UP)

    assert share(recognizer, ENGLISH, chance=0.97) == pytest.approx(1.0)
    assert recognizer.asked == 0
