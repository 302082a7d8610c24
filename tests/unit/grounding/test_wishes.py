"""A denial of a danger beside a wish for it in the same answer."""

import pytest

from pipeline.domain.evidence import Verdict
from tests.unit.grounding.talk import verdict_on

ASKED = "T: Any thoughts of suicide?\nC: "


@pytest.mark.parametrize(
    "answer",
    [
        "No. Sometimes I wish I would just not wake up.",
        "No, not really. I guess everyone would be better off without me.",
    ],
)
def test_a_no_with_a_wish_to_be_dead_is_no_plain_denial(answer: str) -> None:
    """Who says no and then wishes not to wake up has not simply denied it, and the note is to be looked at."""
    found = verdict_on("Client denies suicidal ideation.", ASKED + answer)

    assert found.verdict is not Verdict.SUPPORTED
    assert "risk_hinted_at" in found.reasons


TALK = "T: Any thoughts of suicide?\nC: No.\nT: How is work?\nC: Busy, the new manager is fine.\nC: "


@pytest.mark.parametrize(
    "told", ["Sometimes I wish I would just not wake up.", "On Sunday I thought about killing myself."]
)
def test_what_is_told_later_counts_beside_an_early_no(told: str) -> None:
    """A death wish told outright anywhere in the session asks for a second look at a denial."""
    found = verdict_on("Client denies suicidal ideation.", TALK + told)

    assert found.verdict is not Verdict.SUPPORTED
    assert "risk_hinted_at" in found.reasons


@pytest.mark.parametrize("told", ["In 2019 I tried to kill myself.", "My sister is visiting on Sunday."])
def test_history_leaves_a_denial_of_today_standing(told: str) -> None:
    """An attempt of years ago, or other talk, speaks against no denial of thoughts today."""
    assert "risk_hinted_at" not in verdict_on("Client denies suicidal ideation.", TALK + told).reasons


@pytest.mark.parametrize("answer", ["No.", "No, I don't want to kill myself.", "No, I would never kill myself."])
def test_a_plain_no_is_a_denial(answer: str) -> None:
    """A no alone, or in the danger's own words, bears the denial out."""
    found = verdict_on("Client denies suicidal ideation.", ASKED + answer)

    assert found.verdict is Verdict.SUPPORTED
    assert "risk_hinted_at" not in found.reasons
