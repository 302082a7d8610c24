"""Voices that change hands in mid-session: no role is sure then."""

import pytest

from pipeline.domain.transcript import Segment
from pipeline.stages.transcribe import attribute_roles, is_certain_of_roles

TALK = (
    ("A", "Hi, come on in. How has your week been since we last met?"),
    ("B", "I had a rough week. I could not sleep and I cried every night, and my mother called."),
    ("A", "What was going through your mind when you could not sleep?"),
    ("B", "I was worried about my mother. She is ill and I don't know what to do about my job."),
    ("A", "It sounds like you feel helpless. What would you like to work on today?"),
    ("B", "I just want to sleep. I feel like I am failing, I was so tired that I cried at work."),
    ("A", "Tell me more about that. What does failing mean to you?"),
    ("B", "My dad always said I would never do anything. I guess I believe him when I am alone."),
)


def segments(swapped_from: int) -> list[Segment]:
    """Return the talk twice over, the voices exchanged from a turn on."""
    exchange = {"A": "B", "B": "A"}
    return [
        Segment(f"s{place}", place, place + 1, text, voice if place < swapped_from else exchange[voice])
        for place, (voice, text) in enumerate(TALK * 2)
    ]


@pytest.mark.parametrize("swapped_from", [4, 6, 8, 10, 12])
def test_channels_that_are_swapped_in_mid_session(swapped_from: int) -> None:
    """Where each voice is surely on one side first and on the other later, no role is sure."""
    attributed = attribute_roles(segments(swapped_from))

    assert all((segment.role_confidence or 0) <= 0.5 for segment in attributed)
    assert not is_certain_of_roles(attributed)


@pytest.mark.parametrize("swapped_from", [0, 16])
def test_voices_that_stay(swapped_from: int) -> None:
    """Where voices stay on their sides, roles are as sure as what is said makes them."""
    assert is_certain_of_roles(attribute_roles(segments(swapped_from)))
