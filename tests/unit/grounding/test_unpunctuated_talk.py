"""Talk as a recognizer writes it and notes as clinicians write them: no conflict where both say the same."""

import pytest

from pipeline.domain.evidence import Verdict
from tests.unit.grounding.talk import verdict_on

NUMB = "T: it was going to be a good time well have you felt any numbness in that arm\nC: no"
RADIATES = "T: okay so does the headache spread to your neck\nC: no"
REST = "T: we're gonna have you apply ice to the elbow for twenty minutes\nC: okay"
ECZEMA = "T: Before I give you something for the eczema, are you allergic to any drugs?\nC: Not that I know of."
CHILLS = "T: any nausea chills or fever\nC: no fever some chills i can't eat"
SCAR = "C: It's nothing big, just mild to moderate."
EATING = "T: I see. Any loss of appetite for dinner?\nC: No, not really."
STOOL = "T: have you had blackouts lately?\nC: no, i haven't. i did about three years ago, but nothing since then."
BUSPAR = (
    "T: i saw that dr brown put you on buspar. have you been on that before?\nC: no, that's new. it helps my anxiety."
)
REVIEWED = "T: You wrote down your social history with the nurse, is there anything you want to add to that?\nC: No."
SECOND = "T: Isn't this your second panic attack at work this month?\nC: Yes."
SUBSTANCES = "T: What about illicit drugs, did you use any?\nC: Absolutely not, nothing like that."
SMOKE = "T: Do you smoke or drink?\nC: Never smoked a cigarette in my life."
STAY = "T: Where are you living?\nC: Well, I stay with my wife and daughter in our apartment."
SCALE = "T: okay on a scale of one to ten how severe is the panic\nC: gosh it's like a nine"
PLAN = "T: let's keep you on the lexapro ten milligrams\nC: no i think that's good thanks"

RIGHT = [
    pytest.param(NUMB, "Client denies numbness in the arm.", id="a question after a filler"),
    pytest.param(RADIATES, "She denies that the headache spreads to her neck.", id="does the headache"),
    pytest.param(REST, "Apply ice to the elbow for 20 minutes.", id="have you asks nothing"),
    pytest.param(ECZEMA, "Client has eczema.", id="taken for granted before the question"),
    pytest.param(CHILLS, "Client reports chills.", id="some ends the no"),
    pytest.param(SCAR, "The problem is mild to moderate.", id="just ends the nothing"),
    pytest.param(EATING, "Appetite for dinner is okay.", id="no loss of it"),
    pytest.param(STOOL, "Client had blackouts about three years ago.", id="once, though not now"),
    pytest.param(BUSPAR, "Dr Brown started Buspar, which helps her anxiety.", id="not before"),
    pytest.param(REVIEWED, "Social history was taken by the nurse.", id="stated before a question"),
    pytest.param(SECOND, "This is the second panic attack at work this month.", id="isn't it asks"),
    pytest.param(SUBSTANCES, "Client uses no illicit drugs.", id="absolutely not"),
    pytest.param(SMOKE, "Non-smoker.", id="non"),
    pytest.param(STAY, "Client lives with his wife and daughter in an apartment.", id="with whom"),
    pytest.param(SCALE, "Client rates panic severity as 9/10.", id="a brief answer on a scale"),
    pytest.param(PLAN, "She will keep taking Lexapro 10 mg.", id="nothing to add"),
]
AMOUNTS = [
    ("C: the cut was measuring point five centimeters", "The cut measured 0.5 cm."),
    ("C: i took half a cc of it", "Client took 0.5 cc."),
    ("T: you came in on 3/1/21 with worsening headaches", "Client came in on 03/01/2021 with worsening headaches."),
    ("C: it has been two and a half months since the surgery", "Client is 2-1/2 months past surgery."),
    ("C: i have four kids they are seven five three and six weeks", "Client has 4 kids, ages 7,5,3 and 6 weeks."),
    ("C: i'm twenty weeks pregnant", "Client is 5 months pregnant."),
    ("C: he has been drinking for the past week", "He has been drinking for 1 week."),
    ("T: she's fifty three years old", "Client is a 53 y.o. female."),
]
WRONG = [
    (NUMB, "Client reports numbness in the arm."),
    (CHILLS, "Client reports fever."),
    (SCALE, "Client rates panic severity as 4/10."),
    ("C: the cut was measuring point five centimeters", "The cut measured 0.8 cm."),
    ("C: i'm twenty weeks pregnant", "Client is 7 months pregnant."),
    ("T: Any trouble sleeping this month?\nC: No, none.", "Client reports trouble sleeping this month."),
]


@pytest.mark.parametrize(("session", "claim"), RIGHT)
def test_what_was_said_is_not_contradicted(session: str, claim: str) -> None:
    """A right sentence is not called contradicted, whatever marks the recognizer left out."""
    assert verdict_on(claim, session).verdict is not Verdict.CONTRADICTED


@pytest.mark.parametrize(("session", "claim"), AMOUNTS)
def test_amounts_are_found_however_they_are_written(session: str, claim: str) -> None:
    """A number that was said is not called unsaid or another one."""
    assert not {"number_not_said", "number_mismatch"} & set(verdict_on(claim, session).reasons)


@pytest.mark.parametrize(("session", "claim"), WRONG)
def test_what_was_said_otherwise_is_flagged(session: str, claim: str) -> None:
    """The same matters told wrongly are not supported."""
    assert verdict_on(claim, session).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The right hand is worse than the left.", "side_not_said"),
        ("Extremities are warm.", "degree_mismatch"),
        ("Call as soon as possible.", "degree_mismatch"),
        ("The medication was not covered by insurance.", "topic_was_raised"),
        ('Client was sent for a scan of the "rotator cuff".', "quotation_of_another"),
    ],
)
def test_words_that_only_look_like_a_finding_raise_none(claim: str, reason: str) -> None:
    """A side that is only compared with, a word that is no degree, and a term in quotation marks raise nothing."""
    session = (
        "T: the medication isn't covered by insurance, call us soon, most likely it is the rotator cuff\n"
        "C: my right hand hurts really badly, the extremities feel warm"
    )

    assert reason not in verdict_on(claim, session).reasons


def test_a_heading_alone_claims_nothing() -> None:
    """A heading that stands alone on its line is not checked."""
    assert verdict_on("Neurological", "T: neurologically there is no weakness\nC: good").verdict is Verdict.NOT_CHECKED


def test_a_medicine_somebody_is_allergic_to_is_not_taken() -> None:
    """Naming a medicine as an allergy does not speak against a note that says none is taken."""
    session = "T: Do you take any medication?\nC: No. I'm allergic to amoxicillin."

    assert "medication_taken" not in verdict_on("Medication: none.", session).reasons


def test_painkillers_by_the_clock_are_no_danger() -> None:
    """A medicine taken every six hours is not read as an overdose."""
    session = "C: I have been taking ibuprofen every six hours but it does not help."

    reasons = verdict_on("She has been taking ibuprofen every 6 hours but it does not help.", session).reasons

    assert not [reason for reason in reasons if reason.startswith("risk_")]
