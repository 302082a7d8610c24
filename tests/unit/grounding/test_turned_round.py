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


HOME = """\
T: And at home, any pills you have kept, or a gun?
C: There's no gun. My brother has one, but he lives in Oregon.
T: Have you been drinking enough water, do you think?
C: Probably not enough, I drink some.
T: So no trouble with the new inhaler?
C: No.
T: Tell me is there any family history of stroke?
C: No, never heard of one.
"""


@pytest.mark.parametrize(
    "text", ["No gun in the apartment.", "Client denies keeping a gun at home.", "No family history of stroke."]
)
def test_a_denial_in_other_words_counts_as_heard(text: str) -> None:
    """Where the best evidence denies what a sentence denies, the rest of its wording does not make it unasked."""
    assert "denial_not_asked" not in verdict_on(text, HOME).reasons


@pytest.mark.parametrize("text", ["No knives in the apartment.", "Client denies nausea."])
def test_a_denial_of_what_nobody_spoke_of_is_unasked(text: str) -> None:
    """A denial of something that was neither asked nor denied is pointed out."""
    assert "denial_not_asked" in verdict_on(text, HOME).reasons


@pytest.mark.parametrize(
    "text",
    [
        "Client reports trouble with the new inhaler.",
        "Client is drinking enough water.",
        "Client reported a family history of stroke.",
    ],
)
def test_what_was_answered_no_is_not_reported(text: str) -> None:
    """An answer of no, outright or as "probably not", speaks against whoever writes that it is so."""
    assert verdict_on(text, HOME).verdict is not Verdict.SUPPORTED


def test_words_said_far_from_one_another_contradict_nothing() -> None:
    """In a long utterance that speaks of several things, words of a sentence do not add up to its opposite."""
    talk = (
        "T: so your readings first off were you able to get the cuff and then the clinic did a glucose test a couple "
        "of months ago and it was high back then and now i want you to keep walking and we talked about your elevated "
        "stress at work and the new manager"
    )

    assert verdict_on("Client has not had any elevated readings.", talk).verdict is not Verdict.CONTRADICTED
