"""JSON of recognizers: whisperX with a change of voices in a segment, OpenAI with words beside or without segments."""

import json

import pytest

from pipeline.adapters.formats import read_transcript
from pipeline.domain.transcript import Segment
from pipeline.errors import TranscriptInvalidError

SAID = ["are", "you", "ok", "no", "I", "am", "not"]
WORDS = [{"word": word, "start": n / 2, "end": n / 2 + 0.4} for n, word in enumerate(SAID)]
TEXT = "Are you ok? No, I am not."


def read(document: object) -> tuple[Segment, ...]:
    """Return the segments of a JSON document."""
    return read_transcript("json", json.dumps(document)).segments


def test_a_change_of_voices_within_a_segment() -> None:
    """Where whisperX gives the words of one segment to two voices, each keeps its own, at its own time."""
    words = [{**word, "speaker": f"SPEAKER_0{int(n > 2)}"} for n, word in enumerate(WORDS)]
    del words[4]["start"], words[4]["end"], words[4]["speaker"]
    segment = {"start": 0, "end": 4, "text": " are you ok no I am not", "speaker": "SPEAKER_01", "words": words}

    assert [(s.start, s.end, s.speaker, s.text) for s in read({"segments": [segment]})] == [
        (0.0, 1.4, "SPEAKER_00", "are you ok"),
        (1.5, 3.4, "SPEAKER_01", "no I am not"),
    ]


def test_words_beside_the_segments() -> None:
    """OpenAI's words, which stand beside the segments without punctuation, time the words of their segments."""
    segments = [
        {"id": 0, "start": 0.0, "end": 1.5, "text": " Are you ok?"},
        {"id": 1, "start": 1.5, "end": 3.5, "text": " No, I am not."},
    ]
    read_back = read_transcript(
        "json", json.dumps({"language": "english", "text": TEXT, "segments": segments, "words": WORDS})
    )

    assert [(word.word, word.start) for word in read_back.segments[1].words] == [
        ("No,", 1.5),
        ("I", 2.0),
        ("am", 2.5),
        ("not.", 3.0),
    ]
    assert read_back.language == "en"


def test_words_without_segments() -> None:
    """An answer asked for words alone becomes segments with the punctuation of its text."""
    assert " ".join(segment.text for segment in read({"text": TEXT, "words": WORDS})) == TEXT


def test_voices_by_number() -> None:
    """Speakers that are numbered have labels; an empty label is none."""
    segments = [{"start": 0, "end": 1, "text": "Hi", "speaker": 0}, {"start": 1, "end": 2, "text": "No", "speaker": ""}]

    assert [segment.speaker for segment in read(segments)] == ["0", None]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"text": "secret"}, "segments"),
        ({"segments": [{"start": 0, "end": 1e300, "text": "secret"}]}, "segments[0].end"),
        ({"segments": [], "words": {"word": "secret"}}, "words"),
    ],
)
def test_what_has_no_usable_times(document: object, where: str) -> None:
    """Text alone, and times that no session has, are refused by place."""
    with pytest.raises(TranscriptInvalidError) as refused:
        read(document)

    assert refused.value.facts["where"] == where
    assert "secret" not in str(refused.value)
