"""Sentences that say "not" of what was said, or leave out the "not" with which it was said."""

import pytest

from pipeline.domain.evidence import Verdict
from tests.unit.grounding.talk import verdict_on

TALK = """\
T: How was the week?
C: Rough. I skipped breakfast most days. I've gained about six pounds since Easter.
T: Are you gambling or betting, or anything like that?
C: My brother plays poker. I lent him money once. I don't gamble.
T: Did you bring the letter to your landlord?
C: I wrote it. I haven't shown it to my landlord yet.
T: And could you stop the energy drinks after lunch, and walk the dog before supper until we meet again?
C: Sure, I can do that. And I'll walk him every evening.
T: Do call Doctor Ferreira about the rash. When is your visit?
C: On the ninth.
C: I shouted the whole way home. I haven't shouted like that since school.
T: Staying in bed tells your body the morning is frightening.
C: The nurse said my ferritin was forty two.
T: Was that the second letter?
C: No, the fourth one this year.
"""


@pytest.mark.parametrize(
    "text",
    [
        "Client skipped breakfast most days and has not gained about six pounds since Easter.",
        "Client will not walk the dog before supper.",
        "Client declined to stop the energy drinks after lunch.",
        "Client will not call Dr. Ferreira about the rash on the 9th.",
        "Therapist explained that staying in bed tells the body that the morning is not frightening.",
        "Client has shown the letter to her landlord yet.",
        "Client does gamble.",
    ],
)
def test_a_statement_turned_round_is_contradicted(text: str) -> None:
    """A "not" on what was said or agreed to, and what was said with a "not" without it, are conflicts with a quote."""
    found = verdict_on(text, TALK)

    assert found.verdict is Verdict.CONTRADICTED
    assert any(finding.counter_evidence for finding in found.findings)


@pytest.mark.parametrize(
    "text",
    ["Client's ferritin was not 42.", "Client denied shouting the whole way home."],
)
def test_a_not_on_an_amount_or_on_a_deed_is_looked_at(text: str) -> None:
    """A "not" before a value that was said, or a deed that was told of, is never simply supported."""
    assert verdict_on(text, TALK).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        "Client has not shown the letter to her landlord.",
        "Client has yet to show the letter to her landlord.",
        "Client does not gamble.",
        "Client will walk the dog every evening.",
        "Client agreed to stop the energy drinks after lunch.",
        "Client has gained about six pounds since Easter.",
        "Client shouted the whole way home.",
        "This was not the second letter.",
    ],
)
def test_what_was_said_so_is_not_contradicted(text: str) -> None:
    """The same statements as they were said speak against nothing."""
    assert verdict_on(text, TALK).verdict is not Verdict.CONTRADICTED
