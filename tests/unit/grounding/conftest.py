"""An invented session, and a way to ask the default verifier about it."""

from collections.abc import Callable

import pytest

from pipeline.adapters.grounding import GroundingVerifier
from pipeline.domain.evidence import Claim, ClaimVerdict
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.ports import SessionFacts

SESSION = """\
T: How have you been since last week?
C: Honestly, kind of rough. I've been sleeping about four hours a night.
T: Are you still taking the sertraline, fifty milligrams?
C: Yes, every morning. I missed two doses on the weekend.
T: Any side effects?
C: No, nothing like that.
T: You mentioned your sister last time. How is that going?
C: My sister and I had a big argument on Sunday. She said I was being selfish.
T: Have you had any thoughts of suicide, or of not wanting to be here?
C: Not suicide. Sometimes I wish I would just not wake up. I wouldn't do anything.
T: Do you have a plan or have you thought about how?
C: No.
T: Thank you for telling me. Have you been drinking?
C: Just two beers on Friday. I mean, three beers.
T: Are you sleeping in the same room as your husband these days?
T: Let's practice the breathing exercise together. In for four, hold for four.
C: That helped a little, I feel calmer.
T: This week I'd like you to practice breathing every night, and keep a sleep diary.
C: Okay, I can do that.
T: See you next Tuesday at three.
"""

ROLES = {"T": Role.CLINICIAN, "C": Role.CLIENT}


@pytest.fixture(scope="session")
def transcript() -> Transcript:
    """Return the invented session with a segment every five seconds."""
    turns = [line.split(": ", 1) for line in SESSION.splitlines()]
    return Transcript(
        tuple(
            Segment(f"u{number}", 5.0 * number, 5.0 * number + 4.5, text, f"SPEAKER_0{who == 'C':d}", ROLES[who])
            for number, (who, text) in enumerate(turns)
        ),
        "en",
        Engine("typed", "1"),
    )


@pytest.fixture(scope="session")
def ask(transcript: Transcript) -> Callable[..., ClaimVerdict]:
    """Return a function that gives the verdict on one sentence."""

    def verdict(text: str, kind: str = "", facts: SessionFacts | None = None) -> ClaimVerdict:
        claims = [Claim("s1", text, kind=kind)]
        return GroundingVerifier().verify(claims, transcript, facts or SessionFacts()).verdicts[0]

    return verdict
