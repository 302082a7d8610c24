"""Verdicts of the default verifier on an invented session."""

from collections.abc import Callable

import pytest

from pipeline.adapters.grounding import GroundingVerifier
from pipeline.domain.evidence import Claim, ClaimVerdict, Verdict
from pipeline.domain.transcript import Engine, Transcript
from pipeline.ports import SessionFacts

Ask = Callable[..., ClaimVerdict]
FACTS = SessionFacts(
    participants=(("client", 1), ("clinician", 1)),
    consent_statement="Consent to recording and AI drafting is on file.",
    seconds=480.0,
)


@pytest.mark.parametrize(
    "text",
    [
        "Client reported sleeping about four hours a night.",
        "Pt sleeps 4 hrs/night.",
        "Client missed two doses of sertraline on the weekend.",
        "Client denied side effects.",
        "No plan.",
        'Client reported: "Sometimes I wish I would just not wake up."',
        "Client had three beers on Friday.",
        "Client argued with her sister on Sunday.",
    ],
)
def test_what_was_said_is_supported(ask: Ask, text: str) -> None:
    """A true sentence is supported, whatever its wording."""
    assert ask(text).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Client reported sleeping about six hours a night.", "number_mismatch"),
        ("Client had two beers on Friday.", "stale_after_correction"),
        ("Client reported side effects.", "polarity_conflict"),
        ("Client denied missing doses of sertraline.", "polarity_conflict"),
        ('Therapist stated: "I feel calmer."', "quotation_of_another"),
    ],
)
def test_a_conflict_contradicts_with_counter_evidence(ask: Ask, text: str, reason: str) -> None:
    """A contradiction names its reason and quotes what was said instead."""
    verdict = ask(text)

    assert verdict.verdict is Verdict.CONTRADICTED
    assert reason in verdict.reasons
    assert any(finding.counter_evidence for finding in verdict.findings)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Client denied hallucinations.", "risk_denial_not_asked"),
        ("Client's brother visited on Sunday.", "relative_not_mentioned"),
        ('Client reported: "I sleep like a baby these days."', "quotation_not_verbatim"),
        ("Client consented to sharing records with her school.", "consent_not_on_record"),
    ],
)
def test_what_was_never_said_is_unsupported(ask: Ask, text: str, reason: str) -> None:
    """Something invented is unsupported, and the reason says what kind of invention."""
    verdict = ask(text)

    assert verdict.verdict is Verdict.UNSUPPORTED
    assert reason in verdict.reasons


def test_a_topic_said_not_to_have_come_up_is_looked_for(ask: Ask) -> None:
    """A not-assessed sentence is contradicted where the topic was raised, and never called supported."""
    raised = ask("Suicidal ideation was not discussed in this recording.", "not_assessed")
    silent = ask("Hallucinations were not discussed in this recording.", "not_assessed")

    assert raised.verdict is Verdict.CONTRADICTED
    assert silent.verdict is Verdict.NOT_CHECKED


def test_consent_comes_from_rows(ask: Ask) -> None:
    """A consent statement is held against rows, whatever was said in the session."""
    verdict = ask("Consent to recording and AI drafting is on file.", "session_fact", FACTS)

    assert verdict.verdict is Verdict.NOT_CHECKED
    assert "confirmed_by_records" in verdict.reasons


def test_every_quote_is_in_the_transcript(transcript: Transcript) -> None:
    """Evidence is quoted byte for byte, also the evidence against a claim."""
    claims = [Claim(str(n), text) for n, text in enumerate(("Slept four hours.", "Denies SI.", "Has six beers."))]

    verification = GroundingVerifier().verify(claims, transcript, SessionFacts())

    segments = {segment.segment_id: segment.text for segment in transcript.segments}
    spans = [span for verdict in verification.verdicts for span in verdict.evidence]
    spans += [span for mention in verification.mentions for span in mention.evidence]
    assert spans
    assert [segments[span.segment_id][span.char_start : span.char_end] for span in spans] == [s.quote for s in spans]


def test_a_passive_death_wish_is_mentioned(transcript: Transcript) -> None:
    """A note without the death wish is told that it leaves one out."""
    verification = GroundingVerifier().verify([Claim("1", "Slept badly.")], transcript, SessionFacts())

    (suicide,) = [m for m in verification.mentions if m.topic == "suicide" and not m.indirect]
    assert not suicide.in_note
    assert any("not wake up" in span.quote for span in suicide.evidence)


def test_nothing_said_and_nothing_claimed(transcript: Transcript) -> None:
    """An empty note, an empty claim and an empty transcript have verdicts of their own."""
    verifier = GroundingVerifier()
    silence = Transcript((), "en", Engine("asr", "1"))

    assert verifier.verify([], transcript, SessionFacts()).verdicts == ()
    assert verifier.verify([Claim("1", "")], transcript, SessionFacts()).verdicts[0].verdict is Verdict.NOT_CHECKED
    assert verifier.verify([Claim("1", "Sad.")], silence, SessionFacts()).verdicts[0].verdict is Verdict.UNSUPPORTED
