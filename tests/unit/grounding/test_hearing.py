"""Claims that rest on words heard unclearly."""

from dataclasses import replace

import pytest

from pipeline.adapters.grounding import GroundingVerifier
from pipeline.domain.evidence import Claim, ClaimVerdict, Verdict
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Engine, Role, Segment, Transcript, Word
from pipeline.ports import SessionFacts

DOUBT = "heard_unclearly"


def said(number: int, text: str, role: Role, *doubted: Word) -> Segment:
    """Return a segment ten seconds long in which some words are in doubt."""
    marks = {word.word: word for word in doubted}
    words = tuple(marks.get(word, Word(word, score=0.9)) for word in text.split())
    return Segment(f"u{number}", 10.0 * number, 10.0 * number + 9, text, role.value, role, words=words)


TRANSCRIPT = Transcript(
    (
        said(0, "Which medication are you on?", Role.CLINICIAN),
        said(
            1,
            "I take latch tall at fifteen milligrams every morning.",
            Role.CLIENT,
            Word("fifteen", 14.0, 14.6, 0.3, doubt=DOUBT, candidates=("fifty",)),
            Word("latch", 12.0, 12.3, 0.3, doubt=DOUBT, candidates=("lamictal",)),
        ),
        said(2, "Any rash?", Role.CLINICIAN),
        said(3, "No, my skin is fine.", Role.CLIENT, Word("No,", 30.1, 30.3, 0.2, doubt=DOUBT)),
        said(4, "Did you see your brother on Sunday?", Role.CLINICIAN),
        said(5, "Yes, we cooked dinner together on Sunday.", Role.CLIENT),
    ),
    "en",
    Engine("asr", "1"),
)


def verdict(text: str, transcript: Transcript = TRANSCRIPT) -> ClaimVerdict:
    """Return the verdict on one sentence."""
    return GroundingVerifier().verify([Claim("1", text)], transcript, SessionFacts()).verdicts[0]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("Client takes 15 milligrams every morning.", 14.0),
        ("Client takes 50 milligrams every morning.", 14.0),
        ("Client denied a rash.", 30.1),
    ],
)
def test_what_rests_on_an_unclear_number_or_no_is_partial(text: str, second: float) -> None:
    """A number or a negation heard unclearly makes the claim partial, with the second to listen to."""
    found = verdict(text)

    (finding,) = found.findings
    assert found.verdict is Verdict.PARTIAL
    assert finding.reason_code == DOUBT
    assert finding.counter_evidence[0].start == second


def test_a_medicine_that_may_have_been_meant_is_not_called_unsaid() -> None:
    """A medicine among what an unclear word may have been is to be listened to."""
    found = verdict("Client takes lamotrigine every morning.")

    assert DOUBT in found.reasons
    assert "medication_not_said" not in found.reasons


def test_doubt_elsewhere_does_not_matter() -> None:
    """A claim that rests on clear words is not held up by unclear ones."""
    assert verdict("Client cooked dinner with his brother on Sunday.").verdict is Verdict.SUPPORTED


def test_scores_alone_tell_an_unclear_number() -> None:
    """An imported transcript without marks is held to its own scores."""
    segments = tuple(
        replace(segment, words=tuple(replace(word, doubt=None, candidates=()) for word in segment.words))
        for segment in TRANSCRIPT.segments
    )

    found = verdict("Client takes 15 milligrams every morning.", replace(TRANSCRIPT, segments=segments))

    assert found.verdict is Verdict.PARTIAL
    assert DOUBT in found.reasons


def test_what_stands_on_record_rests_on_no_words() -> None:
    """A fact of the session is held to its rows, also where one of its numbers is like one heard unclearly."""
    number = said(
        0, "I would say four out of ten, last week it was three.", Role.CLIENT, Word("four", 0.5, 0.8, 0.3, doubt=DOUBT)
    )
    facts = SessionFacts((("client", 1), ("clinician", 1), ("interpreter", 1)), "", 60.0)
    claim = Claim(
        "1", "Registered as present: 1 client, 1 clinician and 1 interpreter.", kind=SentenceKind.SESSION_FACT
    )

    found = GroundingVerifier().verify([claim], replace(TRANSCRIPT, segments=(number,)), facts).verdicts[0]

    assert found.findings == ()
    assert found.reasons == ("confirmed_by_records",)
