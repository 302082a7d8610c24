"""What was put right in a session, by whom and how: amounts, statements, denials, and dangers in other words."""

import pytest

from pipeline.domain.evidence import ClaimVerdict, Verdict
from tests.unit.grounding.talk import verdict_on

SESSION = """\
T: And the sertraline, you've been on it, what, three weeks?
C: Five, I think. My doctor started me on fifty.
T: How bad is the shaking, zero to ten?
C: Two. I sleep seven hours though.
C: In the shop it felt like an hour. But I looked at the clock and it was ten minutes.
C: My dad drank until I was about sixteen. He's been sober twenty-two years now.
T: Your level was point eight and your thyroid was two point one.
C: I take two of the three hundreds in the morning and two at night.
T: I'll send the refills to the Walgreens.
C: No, we switched to the CVS.
T: When it gets heated, does it ever get physical?
C: No, never.
T: Most new mothers have some thought of harming the baby on purpose.
T: Do you have any wish to do it?
C: God, no.
C: I've thought I wouldn't mind if I didn't wake up.
T: So no thoughts of suicide since then?
C: There is, like, I get the they'd be better off with the insurance thought. It's like a commercial.
C: I missed a day of work and my brother covered for me.
C: She started me on venlafaxine a week ago. I've not taken it, it's in the bag.
T: Let's plan the week.
C: Okay.
T: Could you ride the bus with Eli in the mornings?
C: Eli waits at the corner anyway.
T: And keep the diary?
C: Yes.
"""


def verdict(text: str) -> ClaimVerdict:
    """Return the verdict on one sentence."""
    return verdict_on(text, SESSION)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Client has been taking sertraline for three weeks.", "stale_after_correction"),
        ("The episode in the shop lasted about one hour.", "stale_after_correction"),
        ("Client's father has been sober for 16 years.", "number_mismatch"),
        ("Client rated the shaking 7/10.", "number_mismatch"),
    ],
)
def test_an_amount_that_was_put_right_is_contradicted(text: str, reason: str) -> None:
    """Nothing that the session corrected, by an answer or a second thought, stands in a note."""
    found = verdict(text)

    assert found.verdict is Verdict.CONTRADICTED
    assert reason in found.reasons
    assert all(finding.counter_evidence for finding in found.findings if finding.reason_code == reason)


@pytest.mark.parametrize(
    "text",
    [
        "Client has been taking sertraline for five weeks.",
        "Client rated the shaking 2/10.",
        "Level 0.8, thyroid 2.1.",
        "Client takes 600 mg in the morning.",
    ],
)
def test_an_amount_as_it_was_meant_is_not_flagged(text: str) -> None:
    """What people say of an amount in parts, "point eight" or "two of the three hundreds", counts as the amount."""
    assert not [reason for reason in verdict(text).reasons if "number" in reason or "stale" in reason]


def test_what_the_next_voice_says_no_to_is_no_more_than_partial() -> None:
    """A statement that the other voice takes back at once asks to be looked at, with both quotes."""
    found = verdict("Refills will be sent to Walgreens.")

    assert found.verdict is not Verdict.SUPPORTED
    assert "disputed" in found.reasons
    assert [len(finding.counter_evidence) for finding in found.findings if finding.reason_code == "disputed"] == [2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Client denies any passive death wish.", "risk_was_stated"),
        ("Denies any suicidal thoughts.", "risk_hinted_at"),
        ("Client reported a wish to harm the baby.", "risk_was_denied"),
    ],
)
def test_a_danger_is_held_against_what_was_said_of_it(text: str, reason: str) -> None:
    """Neither a denial with a hint in its answer nor a danger told of people at large passes."""
    found = verdict(text)

    assert found.verdict is not Verdict.SUPPORTED
    assert reason in found.reasons


def test_a_danger_told_of_in_other_words_rests_on_those_words() -> None:
    """That suicide came up bears no bridge out."""
    assert verdict("Client reported urges to jump from a bridge.").verdict is Verdict.UNSUPPORTED


def test_a_danger_of_which_no_word_was_said_was_not_said() -> None:
    """An invented overdose is not borne out by other talk of dying."""
    assert "risk_not_said" in verdict("Client overdosed last month.").reasons


def test_a_not_that_nobody_said_is_no_more_than_partial() -> None:
    """Where a thing was spoken of and nothing about it negated, the note's "not" asks to be looked at."""
    found = verdict("Client will not ride the bus with Eli.")

    assert found.verdict is not Verdict.SUPPORTED
    assert "negation_not_heard" in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "Client denies physical violence.",
        "Client missed a day of work.",
        "Client has not begun taking venlafaxine.",
    ],
)
def test_what_was_said_in_other_words_is_supported(text: str) -> None:
    """A question that opens with a circumstance is one, a day off is no rate, and "not taken" is not begun."""
    assert verdict(text).verdict is Verdict.SUPPORTED


def test_a_stretch_without_something_denies_nothing() -> None:
    """A time "without" a danger needs no question that asked for it."""
    reasons = verdict("Client went seven weeks without self-harm.").reasons

    assert not [reason for reason in reasons if "denial" in reason]
