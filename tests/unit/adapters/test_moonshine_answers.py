"""Short answers heard weakly: heard again by themselves, and doubted where the hearings turn about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.adapters.speech.moonshine_answers import Part, answers_alone, part_of
from pipeline.adapters.speech.moonshine_hearing import Sound
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import Piece, loudness
from pipeline.adapters.speech.moonshine_recognizer import Heard
from pipeline.adapters.speech.moonshine_tokens import Token, words_of
from pipeline.ports import SAMPLE_RATE, Samples

SAMPLES = np.random.default_rng(1).normal(0, 0.1, 6 * SAMPLE_RATE).astype(np.float32)
SOUND = Sound(SAMPLES, loudness(SAMPLES))
UNSURE, SURE = 0.6, 0.9


@dataclass
class Hearings:
    """A recognizer that hears what it was given, one after the other."""

    texts: list[tuple[str, float]]
    asked: list[int] = field(default_factory=list)

    def decode(self, pieces: Sequence[Samples], tokens_per_second: float) -> list[Heard]:
        """Return the next hearings."""
        self.asked.append(len(pieces))
        return [heard(*self.texts.pop(0)) for _ in pieces]


def heard(text: str, chance: float) -> Heard:
    """Return words, each one token of this probability."""
    tokens = tuple(Token(9, f"\N{LOWER ONE EIGHTH BLOCK}{word}".encode(), chance) for word in text.split())
    return Heard(tokens, np.zeros((4, 288), np.float16))


def part(text: str, chance: float, start: float) -> Part:
    """Return what one voice said in two seconds from ``start``."""
    what = heard(text, chance)
    return part_of(what, Piece(start, start + 2.0), words_of(what.tokens))


def answer(text: str, chance: float, *alone: tuple[str, float]) -> tuple[str, list[str]]:
    """Return the answer to a clearly heard question, and which of its words are doubted."""
    recognizer = Hearings(list(alone))
    parts = [part("Did you drink?", SURE, 0.0), part(text, chance, 2.0)]
    found = answers_alone(parts, recognizer, SOUND, MoonshineOptions())[1]  # type: ignore[arg-type]  # of a recognizer, this is asked
    words = [word.text for word in found.words]
    return " ".join(words), [words[place] for place in sorted(found.doubted)]


def test_a_surer_hearing_is_taken_and_doubted() -> None:
    """An answer that turns into a denial when heard by itself is taken, and marked where the hearings differ."""
    assert answer("No, I have.", UNSURE, ("No, I haven't.", SURE), ("No, I haven't.", UNSURE)) == (
        "No, I haven't.",
        ["haven't."],
    )


def test_a_hearing_that_is_no_surer_is_not_taken() -> None:
    """Where nothing is surer the first hearing stands, marked."""
    assert answer("I did.", UNSURE, ("I didn't.", UNSURE), ("I did.", UNSURE)) == ("I did.", ["did."])


def test_hearings_that_agree_leave_no_mark() -> None:
    """Hearings that agree on every negation and number leave no doubt, whatever else differs."""
    assert answer("I do know.", UNSURE, ("I do so.", UNSURE), ("I do know.", UNSURE)) == ("I do know.", [])


def test_numbers_count_as_well() -> None:
    """An answer with another number in it when heard by itself is marked."""
    assert answer("Fifteen or so.", UNSURE, ("Fifty or so.", UNSURE), ("Fifteen or so.", UNSURE))[1] == ["Fifteen"]


def test_what_is_clear_is_not_heard_again() -> None:
    """A clearly heard answer costs nothing more."""
    recognizer = Hearings([])
    parts = [part("Did you drink?", SURE, 0.0), part("No, I haven't.", SURE, 2.0)]

    assert answers_alone(parts, recognizer, SOUND, MoonshineOptions()) == parts  # type: ignore[arg-type]  # as above
    assert recognizer.asked == []


def test_a_passage_that_is_unsure_throughout() -> None:
    """The words of a long unsure passage are doubted, those of a sure one beside it and of a slip are not."""
    said = (("yes " * 20, 0.9), ("no", 0.1), ("so " * 20, 0.3))
    sure, slip, made_up = (heard(text, chance).tokens for text, chance in said)
    what = Heard(sure + slip + sure + made_up, np.zeros((4, 288), np.float16))

    doubted = part_of(what, Piece(0.0, 20.0), words_of(what.tokens)).doubted

    assert doubted >= frozenset(range(41, 61))
    assert not doubted & frozenset(range(30))
