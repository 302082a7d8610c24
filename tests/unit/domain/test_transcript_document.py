"""Transcript JSON, to and from the domain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents.transcript import (
    transcript_bytes,
    transcript_from_bytes,
    transcript_from_json,
    transcript_to_json,
)
from pipeline.domain.transcript import Engine, RecordingFacts, Role, Segment, Transcript, VoiceTurn, Word
from pipeline.errors import TranscriptInvalidError

times = st.floats(0, 36_000, allow_nan=False)
shares = st.floats(0, 1, allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
labels = st.none() | st.sampled_from(["SPEAKER_00", "SPEAKER_01"])
words = st.builds(
    Word,
    word=texts,
    start=st.none() | times,
    end=st.none() | times,
    score=st.none() | shares,
    speaker=labels,
    doubt=st.none() | st.just("heard_unclearly"),
    candidates=st.lists(texts, max_size=2).map(tuple),
)
engines = st.builds(
    Engine,
    name=st.text("abc", min_size=1, max_size=5),
    version=texts,
    model=texts,
    options=st.dictionaries(texts, texts, max_size=2).map(lambda options: tuple(options.items())),
)
recordings = st.builds(
    RecordingFacts,
    seconds=times,
    sample_rate=st.integers(0, 96_000),
    channels=st.integers(0, 8),
    codec=st.sampled_from(["flac", "opus"]),
    clipped=shares,
    peak_dbfs=st.floats(-90, 0),
    level_dbfs=st.floats(-90, 0),
)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Draw a transcript in order of time, as every stage writes it."""
    spans = sorted(sorted(pair) for pair in draw(st.lists(st.tuples(times, times), max_size=4)))
    segments = tuple(
        Segment(
            segment_id=f"s{number:04d}",
            start=start,
            end=end,
            text=draw(texts),
            speaker=draw(labels),
            role=draw(st.none() | st.sampled_from(Role)),
            role_confidence=draw(st.none() | shares),
            words=tuple(draw(st.lists(words, max_size=3))),
        )
        for number, (start, end) in enumerate(spans, 1)
    )
    return Transcript(
        segments=segments,
        language="en",
        engine=draw(engines),
        diarizer=draw(st.none() | engines),
        recording=draw(st.none() | recordings),
        flags=tuple(draw(st.lists(st.sampled_from(["clipped", "low_level"]), max_size=2))),
        turns=tuple(VoiceTurn(start, end, "SPEAKER_00") for start, end in spans),
    )


@given(transcripts())
def test_round_trip(transcript: Transcript) -> None:
    """What is written can be read again without a loss."""
    assert transcript_from_bytes(transcript_bytes(transcript)) == transcript


@given(transcripts())
def test_same_bytes(transcript: Transcript) -> None:
    """Reading and writing again gives the same bytes."""
    body = transcript_bytes(transcript)

    assert transcript_bytes(transcript_from_bytes(body)) == body


def test_foreign_whisperx_json() -> None:
    """WhisperX's own JSON is read, and its segments get ids."""
    transcript = transcript_from_json(
        {
            "segments": [
                {"start": 1.0, "end": 2.0, "text": " Hello.", "words": [{"word": "Hello.", "score": float("nan")}]},
                {"start": 3.0, "end": 4.5, "text": " Fine.", "speaker": "SPEAKER_01", "avg_logprob": -0.2},
            ],
            "word_segments": [],
            "language": "en",
        }
    )

    assert [segment.segment_id for segment in transcript.segments] == ["s0001", "s0002"]
    assert transcript.segments[0].words == (Word("Hello."),)
    assert transcript.segments[1].speaker == "SPEAKER_01"
    assert transcript.engine == Engine("unknown", "")


def test_times_from_words() -> None:
    """A segment without times takes them from its words, and its text too."""
    transcript = transcript_from_json(
        [{"words": [{"word": "Good", "start": 1.0, "end": 1.2}, {"word": "day", "start": 1.3, "end": 1.6}]}]
    )

    assert (transcript.segments[0].start, transcript.segments[0].end) == (1.0, 1.6)
    assert transcript.segments[0].text == "Good day"


@pytest.mark.parametrize(
    ("written", "read"),
    [("clinician", Role.CLINICIAN), ("Therapist", Role.CLINICIAN), ("CLIENT", Role.CLIENT), ("narrator", None)],
)
def test_role_names(written: str, read: Role | None) -> None:
    """Roles are read in any case and under their everyday names; an unknown one is no role."""
    transcript = transcript_from_json([{"start": 0, "end": 1, "text": "x", "role": written}])

    assert transcript.segments[0].role == read


def test_ids_given_are_kept() -> None:
    """An id that is given stays, and no segment without one gets it again."""
    transcript = transcript_from_json(
        [{"start": 0, "end": 1, "text": "a"}, {"start": 1, "end": 2, "text": "b", "segment_id": "s0001"}]
    )

    assert [segment.segment_id for segment in transcript.segments] == ["s0002", "s0001"]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({}, "segments"),
        ("secret", "document"),
        ({"segments": "secret"}, "segments"),
        ({"segments": ["secret"]}, "segments[0]"),
        ({"segments": [{"start": "secret", "end": 1, "text": ""}]}, "segments[0].start"),
        ({"segments": [{"end": 1, "text": "secret"}]}, "segments[0].start"),
        ({"segments": [{"start": 2, "end": 1, "text": "secret"}]}, "segments[0].end"),
        ({"segments": [{"start": 0, "end": 1, "text": ["secret"]}]}, "segments[0].text"),
        ({"segments": [{"start": 0, "end": 1, "words": [{}]}]}, "segments[0].words[0].word"),
        (
            {"segments": [{"start": 0, "end": 1, "words": [{"word": "secret", "score": 7}]}]},
            "segments[0].words[0].score",
        ),
        ({"segments": [{"start": True, "end": 1, "text": ""}]}, "segments[0].start"),
        ({"segments": [], "flags": "secret"}, "flags"),
        ({"segments": [], "turns": [{"start": 0, "end": 1}]}, "turns[0].speaker"),
        ({"segments": [], "turns": [{"start": 1, "end": 0, "speaker": "secret"}]}, "turns[0].end"),
    ],
)
def test_unusable_is_refused_by_place(document: object, where: str) -> None:
    """What cannot be used is refused with its place and without its content."""
    with pytest.raises(TranscriptInvalidError) as caught:
        transcript_from_json(document)

    assert caught.value.facts == {"where": where}
    assert "secret" not in str(caught.value)


def test_shared_ids_are_refused() -> None:
    """Two segments of one id are refused, because evidence could mean either."""
    segment = {"start": 0, "end": 1, "text": "x", "segment_id": "s1"}

    with pytest.raises(TranscriptInvalidError):
        transcript_from_json([segment, segment])


@pytest.mark.parametrize(
    ("body", "where"),
    [(b'{"segments": [\nsecret', "line 2"), (b"\xff\xfe\x00", "encoding"), (b"[" * 100_000, "document")],
)
def test_broken_json_is_refused_by_line(body: bytes, where: str) -> None:
    """Bytes that are not JSON are refused with the line, and nothing of them is quoted."""
    with pytest.raises(TranscriptInvalidError) as caught:
        transcript_from_bytes(body)

    assert caught.value.facts == {"where": where}
    assert caught.value.__cause__ is None


def test_byte_order_mark_is_allowed() -> None:
    """A file saved with a byte order mark is read."""
    body = json.dumps(transcript_to_json(Transcript((), "en", Engine("x", "1")))).encode("utf-8-sig")

    assert transcript_from_bytes(body).language == "en"
