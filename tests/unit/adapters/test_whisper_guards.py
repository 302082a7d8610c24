"""Guards against invented text, with the texts that whisper-family engines really invent."""

import pytest

from pipeline.adapters.speech.whisper_guards import Heard, believable


def kept(text: str, *, logprob: float | None = -0.2, no_speech: float | None = 0.01) -> str:
    """Return what is kept of one piece."""
    pieces, _ = believable([Heard(0.0, 10.0, text, logprob, no_speech)])
    return " ".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [
        "I raised the sertraline to one hundred milligrams.",
        "No, no, no, no. I said no.",
        "Thank you for telling me that.",
        "Thank you for listening to me all these weeks, it helped.",
        "Yeah. Okay. Thank you.",
        "I felt very, very, very sad.",
        "We watched a video and I subscribe to what he said.",
    ],
)
def test_speech_is_kept(text: str) -> None:
    """What people say in sessions stays as it is."""
    assert kept(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you for watching.",
        "Thank you so much for watching, and I'll see you next time.",
        "Please subscribe to my channel.",
        "Don't forget to like and subscribe!",
        "Subtitles by the Amara.org community",
        "♪♪",
        "...",
    ],
)
def test_phantoms_are_taken_out(text: str) -> None:
    """What was learned from captions and is never said in a session goes."""
    assert kept(text) == ""


def test_phantom_after_speech() -> None:
    """A phantom behind real speech goes alone."""
    assert kept("See you on Tuesday. Thanks for watching!") == "See you on Tuesday."


def test_thanks_in_silence() -> None:
    """A "thank you" stays where it was heard, and goes where the engine doubts that there was speech."""
    assert kept("Thank you.") == "Thank you."
    assert kept("Thank you.", no_speech=0.5) == ""


def test_loops_are_said_once() -> None:
    """A decoder caught in a loop is believed once."""
    assert kept("I was going to " * 12 + "sleep.") == "I was going to sleep."


def test_endless_loop() -> None:
    """A piece that is one word over and over becomes that word."""
    assert kept("yeah, " * 60) == "yeah,"


def test_no_speech_needs_both() -> None:
    """No speech is believed where the text is unlikely as well."""
    assert kept("I see him there", logprob=-1.4, no_speech=0.8) == ""
    assert kept("I see him there", logprob=-0.3, no_speech=0.8) == "I see him there"


def test_engines_without_figures() -> None:
    """Pieces without probabilities are judged by their text alone."""
    assert kept("Good morning.", logprob=None, no_speech=None) == "Good morning."


def test_pieces_touched_are_counted() -> None:
    """The number of pieces from which something was taken is told."""
    _, touched = believable([Heard(0, 1, "Hello there."), Heard(1, 2, "Thanks for watching!")])

    assert touched == 1
