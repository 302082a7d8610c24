"""Long turns in pieces: nothing lost, nothing too long, and no denial apart from what it denies."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.grounding.pieces import pieces_of

LONGEST = 280
_WORDS = (
    "i",
    "do",
    "not",
    "have",
    "and",
    "but",
    "she",
    "said",
    "when",
    "any",
    ".",
    "?",
    "\u00e9t\u00e9",
    "unthinkable",
)
_TALK = st.lists(st.sampled_from(_WORDS), max_size=160).map(" ".join)


@given(text=_TALK)
def test_pieces_hold_the_whole_turn(text: str) -> None:
    """Together the pieces hold every word in order, and none is longer than can be read at a glance."""
    pieces = [text[start:end] for start, end in pieces_of(text)]

    assert " ".join(pieces).split() == text.split()
    assert all(len(piece) <= LONGEST for piece in pieces)


def test_talk_without_marks_is_cut_where_a_clause_begins() -> None:
    """A denial at the limit stays whole, in the piece in which it begins."""
    lead = "well my brother came by and we sat in the yard for most of the day " * 4
    text = (
        f"{lead}because i do not have any thoughts of hurting myself and then we had dinner with the neighbours outside"
    )

    pieces = [text[start:end] for start, end in pieces_of(text)]

    assert any("because i do not have any thoughts of hurting myself" in piece for piece in pieces)
