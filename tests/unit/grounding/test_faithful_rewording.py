"""Right sentences whose words stand otherwise in the session, so that a careless check would contradict them."""

import pytest

from pipeline.domain.evidence import Verdict
from tests.unit.grounding.talk import verdict_on

CRYING = "T: Any better?\nC: Sort of. I'm not crying every day. It's like every third day maybe."
CRAVING = "T: Cravings, zero to ten, this past week?\nC: Like a three. An eight on Saturday.\nT: And now?\nC: Two."
ACCOUNT = "C: I moved it to the trading account. I closed the account.\nT: And is there another one?\nC: No. No."
PANTRY = "C: I went to the pantry once, my shoulder was hurting. People were watching me, so I left."
BLADES = "T: When was the last time?\nC: April. I haven't got the blades anymore, I gave them to Jess."
WEIGHT = "T: What's your weight now?\nC: One ninety-one. I was two ten in the fall. My doctor isn't mad."
DOSE = "T: Where is it?\nC: Eighty-five. I ask for ninety milligrams. No, the doctor says wait two weeks, eighty-five."
MONDAY = "T: When can you come?\nC: Monday's good. Not early.\nT: Eleven?\nC: Eleven's good. At the office, then."
EARPLUGS = "T: Why no earplugs at night?\nC: The voices get louder in there."


@pytest.mark.parametrize(
    ("session", "claim"),
    [
        pytest.param(CRYING, "Client reported crying about every third day.", id="only the whole is negated"),
        pytest.param(CRAVING, "Client rated the current craving at 2/10.", id="a later answer on the same scale"),
        pytest.param(ACCOUNT, "Client denied having any other account.", id="another of its kind is denied"),
        pytest.param(PANTRY, "Client went to the pantry but left with a sore shoulder.", id="left is a verb"),
        pytest.param(BLADES, "The blades were handed over to Jess.", id="the claim turns it round itself"),
        pytest.param(WEIGHT, "Weight is down 19 lb since the fall, to 191.", id="the difference of two amounts"),
        pytest.param(DOSE, "Dose stands at 85; an increase to 90 was deferred for two weeks.", id="both are told"),
        pytest.param(MONDAY, "They will meet on Monday at 11:00 at the office.", id="noughts of the hour"),
        pytest.param(EARPLUGS, "Client avoids earplugs because the voices get louder.", id="the answer to a why"),
    ],
)
def test_what_was_said_otherwise_is_not_contradicted(session: str, claim: str) -> None:
    """A faithful sentence is not called contradicted, and no number, side or cause in it is called unsaid."""
    verdict = verdict_on(claim, session)

    assert verdict.verdict is not Verdict.CONTRADICTED
    assert not {"number_not_said", "side_not_said", "cause_not_said"} & set(verdict.reasons)


@pytest.mark.parametrize(
    ("session", "claim"),
    [
        ("T: Any headaches on it?\nC: No.", "Client reported headaches on it."),
        ("T: Cravings, zero to ten, this past week?\nC: A three.\nT: And now?\nC: Two.", "Cravings are at 7/10 now."),
        ("T: Do you have an account?\nC: Yes, I have an account at the bank.", "Client denied having an account."),
        (WEIGHT, "Weight is down 30 lb since the fall, to 191 lb."),
    ],
)
def test_what_was_said_the_other_way_round_still_is(session: str, claim: str) -> None:
    """The same matters told wrongly are flagged."""
    assert verdict_on(claim, session).verdict is not Verdict.SUPPORTED


def test_days_and_months_may_be_written_short() -> None:
    """A day or a month written short is no name that nobody said."""
    session = "T: When did it start?\nC: In September, on a Tuesday, at the clinic."

    assert "name_not_said" not in verdict_on("Started at the clinic on a Tues in Sept per client.", session).reasons


@pytest.mark.parametrize(("speaker", "unheard"), [("Mother", False), ("Guest", False), ("C", True)])
def test_a_relative_who_speaks_need_not_be_spoken_of(speaker: str, unheard: bool) -> None:  # noqa: FBT001 - a case
    """What a relative says for themselves may be credited to them, and to a third voice that has no name."""
    session = f"T: How was the week?\n{speaker}: He slept better. I gave him the tablet each night."

    verdict = verdict_on("Mother reported that he slept better with the tablet.", session)

    assert ("relative_not_mentioned" in verdict.reasons) is unheard
