"""What therapy notes get wrong, on an invented session: plans, past and present, agreements, who did what."""

import pytest

from pipeline.domain.evidence import ClaimVerdict, Verdict
from tests.unit.grounding.talk import verdict_on

SESSION = """\
T: You told me that you cut yourself in the past. Has that come back?
C: No. Not since high school.
T: when it gets really dark do you think about killing yourself
C: i did last year but not now no
T: Have you made any plans?
C: No, nothing like that.
T: And panic attacks?
C: One. In the grocery store on Saturday.
T: Did Doctor Patel know about the nausea from the pills?
C: No, I haven't told her. The pills make me nauseous every day.
T: Would you be willing to call Doctor Patel this week?
C: Maybe. I'll think about it.
T: any headaches
C: no no headaches
C: He threw a plate at the wall on Friday when he yelled at me.
C: I'm still sober, it's been fourteen months.
C: i go to two meetings and on good weeks i go to four
C: not great my husband moved out on sunday
C: A glass of wine on weekends. It used to be a bottle.
T: Shall we meet next Thursday at ten?
C: I can't do Thursday. Could we do Friday at noon?
T: Friday at noon works.
C: My mother was drinking again on Sunday and I called my sponsor.
C: I haven't emailed the landlord about the heating yet.
"""


def verdict(text: str) -> ClaimVerdict:
    """Return the verdict on one sentence."""
    return verdict_on(text, SESSION)


@pytest.mark.parametrize(
    "text",
    [
        "Denied self-harm since high school.",
        "Client denied current suicidal ideation.",
        "No suicide plan.",
        "Client had one panic attack in the grocery store on Saturday.",
        "Client has been sober for 14 months.",
        "Client's husband moved out on Sunday.",
        "Client denied headaches.",
        "Client used to drink a bottle of wine.",
        "Next session Friday at noon.",
    ],
)
def test_what_was_said_in_other_words_is_supported(text: str) -> None:
    """Questions without marks, answers about the past and bare numbers are understood as people mean them."""
    assert verdict(text).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Client reported self-harm last week.", "risk_was_denied"),
        ("Client has a plan to kill herself.", "risk_level_mismatch"),
        ("Client had three panic attacks.", "number_mismatch"),
        ("Client agreed to call Doctor Patel this week.", "agreement_not_given"),
        ("Client threw a plate at the wall on Friday.", "done_by_another"),
        ("Client was drinking on Sunday.", "done_by_another"),
        ("Therapist is sober for 14 months.", "said_by_another"),
        ("Client has been sober for 4 months.", "number_mismatch"),
        ("Client reported headaches.", "polarity_conflict"),
        ("Client drinks a bottle of wine every night.", "time_mismatch"),
        ("Next session Thursday at ten.", "stale_after_correction"),
        ("Client emailed the landlord about the heating.", "polarity_conflict"),
    ],
)
def test_what_was_said_otherwise_is_contradicted(text: str, reason: str) -> None:
    """A suggestion, another's deed, another number and a denied danger each contradict under their own reason."""
    found = verdict(text)

    assert reason in found.reasons
    assert found.verdict is Verdict.CONTRADICTED
    assert found.score < 0.5


def test_a_hint_does_not_bear_out_a_stated_danger() -> None:
    """What was only hinted at prompts a look, and does not make a sentence about suicide supported."""
    session = """\
T: Have there been any thoughts of not wanting to live?
C: No. When I was drinking I used to think everyone would be better off without me.
T: What does your plan say for evenings like that?
C: Call my sponsor and go for a walk.
"""

    found = verdict_on("Client reported suicidal ideation with a plan.", session)

    assert found.verdict is not Verdict.SUPPORTED
    assert found.score < 0.5
