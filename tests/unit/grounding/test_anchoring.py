"""Quotes found again where a transcript was corrected, and quotes that are always in the transcript."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.adapters.grounding import GroundingVerifier
from pipeline.adapters.grounding.anchoring import anchored, reanchored, revisions
from pipeline.adapters.grounding.evidence import span_in
from pipeline.domain.correction import Standing
from pipeline.domain.evidence import Claim, Verdict
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.ports import SessionFacts

_TEXT = (
    "i sleep four hours a night my sister ana takes sertraline no yes never sad since monday \u00e9t\u00e9 \U0001f600"
)
WORDS = _TEXT.split()
_SENTENCES = st.lists(st.sampled_from([*WORDS, ".", "?", ",", "\u2019", "  ", "\n"]), max_size=14).map(" ".join)


def talk(*texts: str) -> Transcript:
    """Return what clinician and client say in turns."""
    roles = (Role.CLINICIAN, Role.CLIENT)
    segments = (Segment(f"u{n}", 5.0 * n, 5.0 * n + 4, text, f"S{n % 2}", roles[n % 2]) for n, text in enumerate(texts))
    return Transcript(tuple(segments), "en", Engine("typed", "1"))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(turns=st.lists(_SENTENCES, min_size=1, max_size=6), claims=st.lists(_SENTENCES, min_size=1, max_size=4))
def test_every_quote_is_in_the_transcript(turns: list[str], claims: list[str]) -> None:
    """Whatever is said and claimed, each quote stands in its segment byte for byte, and support never lacks one."""
    transcript = talk(*turns)
    asked = [Claim(str(number), text) for number, text in enumerate(claims)]

    verification = GroundingVerifier().verify(asked, transcript, SessionFacts())

    said = {segment.segment_id: segment.text for segment in transcript.segments}
    counter = [span for v in verification.verdicts for finding in v.findings for span in finding.counter_evidence]
    spans = [*counter, *(span for v in verification.verdicts for span in v.evidence)]
    spans += [span for mention in verification.mentions for span in mention.evidence]
    for span in spans:
        assert said[span.segment_id][span.char_start : span.char_end] == span.quote
        assert said[span.segment_id].startswith(span.prefix + span.quote, span.char_start - len(span.prefix))
    assert all(v.evidence for v in verification.verdicts if v.verdict is Verdict.SUPPORTED)


def test_a_quote_moves_with_its_words() -> None:
    """A quote is found again where words before it were corrected."""
    span = span_in(talk("Um I sleep four hours. Yes.").segments[0], 3, 22)

    found = reanchored(span, talk("I sleep four hours. Yes."))

    assert found is not None
    assert (found.char_start, found.quote) == (0, "I sleep four hours.")


def test_of_equal_quotes_the_one_in_its_place_is_taken() -> None:
    """Where words are said twice, what stands around them decides."""
    before = talk("No. I said no. Then no again.")
    span = span_in(before.segments[0], 20, 22)

    found = reanchored(span, talk("Well. No. I said no. Then no again."))

    assert found is not None
    assert found.char_start == 26


def test_a_quote_is_found_in_another_segment() -> None:
    """A quote is found again where segments were cut anew."""
    span = span_in(talk("I sleep four hours. My sister worries.").segments[0], 20, 38)

    found = reanchored(span, talk("I sleep four hours.", "My sister worries."))

    assert found is not None
    assert found.segment_id == "u1"


def test_a_corrected_word_leaves_the_quote_as_it_now_stands() -> None:
    """Where a word of the quote itself was corrected, the new words are quoted, whole."""
    span = span_in(talk("I take certraline fifty milligrams every morning.").segments[0], 0, 49)

    found = reanchored(span, talk("I take sertraline fifty milligrams every morning."))

    assert found is not None
    assert found.quote == "I take sertraline fifty milligrams every morning."


@pytest.mark.parametrize("now", ["", "We spoke of something else entirely."])
def test_a_quote_nobody_says_any_more_is_gone(now: str) -> None:
    """A quote whose words were taken out of the transcript is nowhere."""
    assert reanchored(span_in(talk("I sleep four hours.").segments[0], 0, 19), talk(now)) is None


def test_a_short_answer_is_not_found_in_another_answer() -> None:
    """A "No." that was corrected is what stands in its place, or gone; never the same word said to something else."""
    before = talk("Any thoughts of suicide?", "No.", *["We spoke of the garden."] * 8, "No.")

    found = reanchored(
        span_in(before.segments[1], 0, 3),
        talk(*[s.text for s in before.segments[:1]], "Now and then.", *[s.text for s in before.segments[2:]]),
    )

    assert found is None


def test_a_word_is_not_found_within_another() -> None:
    """A "no" is not said in "know"."""
    before = talk("I know. So no, never.")

    found = reanchored(span_in(before.segments[0], 11, 13), talk("Well, I know. So no, never."))

    assert found is not None
    assert found.char_start == 17


def test_a_note_is_told_what_a_correction_changed() -> None:
    """Each claim has its verdict then and now, and each quote says whether it reads the same."""
    talks = [
        talk("How do you sleep?", f"About {hours} hours a night.", "And the diary?", "I keep it every evening.")
        for hours in ("fourteen", "four")
    ]
    claims = [
        Claim("a", "Client sleeps about four hours a night."),
        Claim("b", "Client keeps the diary every evening."),
    ]
    then, now = (GroundingVerifier().verify(claims, each, SessionFacts()) for each in talks)

    sleeping, diary = revisions(then.verdicts, now, talks[1])

    assert (sleeping.earlier, sleeping.now) == (Verdict.CONTRADICTED, Verdict.SUPPORTED)
    assert Standing.REWORDED in {quote.standing for quote in sleeping.quotes}
    assert not diary.touched
    assert {quote.standing for quote in diary.quotes} == {Standing.UNCHANGED}


def test_words_given_to_another_speaker_concern_a_claim() -> None:
    """Where a correction says that somebody else spoke, a quote reads the same and the claim is to be read again."""
    before = talk("How do you sleep?", "I keep the diary every evening.")
    given = Transcript((before.segments[0], replace(before.segments[1], role=Role.OTHER)), "en", before.engine)
    claims = [Claim("a", "Client keeps the diary every evening.")]
    then, now = (GroundingVerifier().verify(claims, each, SessionFacts()) for each in (before, given))

    (diary,) = revisions(then.verdicts, now, given)

    assert Standing.REASSIGNED in {quote.standing for quote in diary.quotes}
    assert diary.touched


def test_only_claims_verified_before_are_compared() -> None:
    """A claim without an earlier verdict has nothing to be compared with."""
    said = talk("How do you sleep?", "Badly.")
    now = GroundingVerifier().verify([Claim("new", "Client sleeps badly.")], said, SessionFacts())

    assert revisions((), now, said) == ()


def test_only_exact_words_are_anchored() -> None:
    """A quote that somebody gives is taken byte for byte or not at all."""
    segment = talk("I sleep four hours.").segments[0]

    assert anchored("four hours", segment) is not None
    assert anchored("Four hours", segment) is None
    assert anchored("", segment) is None
