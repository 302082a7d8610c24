"""Cutting running text into sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.sentences import sentence_spans, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He said no. She left.", ("He said no.", "She left.")),
        ("Pt. denies pain. Takes 20 mg q.d. for 3 wks.", ("Pt. denies pain.", "Takes 20 mg q.d. for 3 wks.")),
        ("Seen by Dr. Smith at 4:30 p.m. Next visit Friday.", ("Seen by Dr. Smith at 4:30 p.m.", "Next visit Friday.")),
        ("Slept approx. 4.5 hrs.", ("Slept approx. 4.5 hrs.",)),
        ('She said "I am fine." Then she wept.', ('She said "I am fine."', "Then she wept.")),
        ("- Sleep poor\n- Mood 4/10\n\nPlan:\n1. Walk daily.", ("Sleep poor", "Mood 4/10", "Plan:", "Walk daily.")),
        ("Really?! Yes… maybe", ("Really?!", "Yes…", "maybe")),
        ("Me and I. Then nothing.", ("Me and I.", "Then nothing.")),
        (" ... \n - ", ()),
    ],
)
def test_text_is_cut_where_sentences_end(text: str, sentences: tuple[str, ...]) -> None:
    """Full stops of abbreviations, decimals and initials cut nothing; bullets and blank lines do."""
    assert split_sentences(text) == sentences


@given(st.text())
def test_nothing_but_blanks_marks_and_bullets_is_lost(text: str) -> None:
    """Sentences come in order, do not overlap, and leave no word out."""
    spans = list(sentence_spans(text))
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    between = "".join(text[a:b] for a, b in zip(starts, ends, strict=True))

    assert spans == sorted(spans)
    assert not [c for c in between if c.isalpha()]
