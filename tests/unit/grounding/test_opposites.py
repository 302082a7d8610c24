"""Sentences whose words were all said, by somebody else, of somebody else, at another time, or the other way round."""

from collections.abc import Callable

import pytest

from pipeline.domain.evidence import ClaimVerdict, Verdict

Ask = Callable[..., ClaimVerdict]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Therapist reported sleeping about four hours a night.", "said_by_another"),
        ("Client taught the breathing exercise.", "said_by_another"),
        ("Client had a big argument with her sister on Friday.", "time_mismatch"),
        ("Client will not practice breathing every night.", "polarity_conflict"),
        ("Client did not have an argument with her sister.", "polarity_conflict"),
    ],
)
def test_the_opposite_of_what_was_said_is_contradicted(ask: Ask, text: str, reason: str) -> None:
    """The same words under a negation, another day or another voice are contradicted, with what was said instead."""
    verdict = ask(text)

    assert verdict.verdict is Verdict.CONTRADICTED
    assert reason in verdict.reasons
    assert verdict.score < 0.5
