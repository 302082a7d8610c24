"""Transcripts from other programs: what is read, and what is refused with its line."""

import json

import pytest

from pipeline.adapters.formats import read_transcript, write_transcript
from pipeline.domain.transcript import Role, Transcript
from pipeline.errors import TranscriptEmptyError, TranscriptInvalidError
from tests.unit.adapters.test_formats_writing import TRANSCRIPT

ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:04.000
Dana Reyes: How have you been since we last met?

2
00:00:04.500 --> 00:00:08.000
Sam Poe: I had a rough week: I couldn't sleep.

3
00:00:08.500 --> 00:00:09.000
and I felt awful
"""

TEAMS = """\ufeffWEBVTT

b0e5b35f-3c4a-4a0e-9f6a-1d2c3b4a5f60/12-0
00:00:01.000 --> 00:00:04.000
<v Dana Reyes, LCSW>How have you been
since we last met?</v>

b0e5b35f-3c4a-4a0e-9f6a-1d2c3b4a5f60/13-0
00:00:04.500 --> 00:00:08.000
<v Sam Poe>I had a rough week &amp; no sleep.</v>
"""

SRT = """1
00:00:01,000 --> 00:00:04,000
[SPEAKER_00]: How have you been since we last met?

2
00:00:04,500 --> 00:00:08,000
[SPEAKER_01]: I had a rough week. <i>I</i> couldn't sleep.
"""

LINES = """Therapist: How have you been?
Client: I had a rough week.
I couldn't sleep.

Therapist: Tell me more: what kept you up?
"""

HEALTH_SCRIBE = {
    "Conversation": {
        "LanguageCode": "en-US",
        "TranscriptItems": [
            {"Alternatives": [{"Confidence": 0.9, "Content": "Okay"}], "BeginAudioTime": 0.2, "EndAudioTime": 0.5},
            {"Alternatives": [{"Content": "."}], "Type": "PUNCTUATION"},
            {"Alternatives": [{"Confidence": 0.8, "Content": "Tired"}], "BeginAudioTime": 1.0, "EndAudioTime": 1.4},
        ],
        "TranscriptSegments": [
            {
                "BeginAudioTime": 0.1,
                "EndAudioTime": 0.6,
                "Content": "Okay.",
                "ParticipantDetails": {"ParticipantRole": "CLINICIAN_0"},
                "SegmentId": "x",
            },
            {
                "BeginAudioTime": 0.9,
                "EndAudioTime": 1.5,
                "Content": "Tired",
                "ParticipantDetails": {"ParticipantRole": "PATIENT_0"},
            },
        ],
    }
}


def heard(transcript: Transcript) -> list[tuple[str | None, Role | None, str]]:
    """Return speaker, role and text of each segment."""
    return [(segment.speaker, segment.role, segment.text) for segment in transcript.segments]


def test_zoom() -> None:
    """Zoom's names before colons become labels, and roles come from what is said."""
    assert heard(read_transcript("vtt", ZOOM)) == [
        ("SPEAKER_00", Role.CLINICIAN, "How have you been since we last met?"),
        ("SPEAKER_01", Role.CLIENT, "I had a rough week: I couldn't sleep."),
        (None, None, "and I felt awful"),
    ]


def test_teams() -> None:
    """Teams' voice tags become labels, and a licence beside a name says who the clinician is."""
    transcript = read_transcript("vtt", TEAMS)

    assert heard(transcript) == [
        ("SPEAKER_00", Role.CLINICIAN, "How have you been since we last met?"),
        ("SPEAKER_01", Role.CLIENT, "I had a rough week & no sleep."),
    ]
    assert transcript.segments[0].role_confidence == 0.98


def test_no_name_is_kept() -> None:
    """People's names do not get into labels or anywhere else in the transcript."""
    assert "Reyes" not in write_transcript(read_transcript("vtt", TEAMS), "json")


def test_srt() -> None:
    """SubRip with whisperX's speaker prefixes is read, markup dropped."""
    transcript = read_transcript("srt", SRT)

    assert [segment.speaker for segment in transcript.segments] == ["SPEAKER_00", "SPEAKER_01"]
    assert transcript.segments[1].text == "I had a rough week. I couldn't sleep."
    assert (transcript.segments[1].start, transcript.segments[1].end) == (4.5, 8.0)


def test_lines() -> None:
    """Named lines are turns, lines without a name go on, and times are estimated and flagged as such."""
    transcript = read_transcript("txt", LINES)

    assert heard(transcript) == [
        ("SPEAKER_00", Role.CLINICIAN, "How have you been?"),
        ("SPEAKER_01", Role.CLIENT, "I had a rough week. I couldn't sleep."),
        ("SPEAKER_00", Role.CLINICIAN, "Tell me more: what kept you up?"),
    ]
    assert transcript.flags == ("times_estimated",)
    assert [segment.start for segment in transcript.segments] == [0.0, 1.6, 4.8]


def test_timed_lines() -> None:
    """Times before the names are used where every line has one."""
    transcript = read_transcript("txt", "[00:00:05] Therapist: Hello.\n[00:01:00] Client: Hi there.\n")

    assert [(segment.start, segment.end) for segment in transcript.segments] == [(5.0, 5.8), (60.0, 60.8)]
    assert transcript.flags == ()


def test_health_scribe() -> None:
    """HealthScribe's roles, words and scores are read."""
    transcript = read_transcript("json", json.dumps(HEALTH_SCRIBE))

    assert heard(transcript) == [("CLINICIAN_0", Role.CLINICIAN, "Okay."), ("PATIENT_0", Role.CLIENT, "Tired")]
    assert [(word.word, word.score) for word in transcript.segments[0].words] == [("Okay.", 0.9)]


def test_health_scribe_crosstalk() -> None:
    """Where two speak at once, each segment has the words of its own participant."""
    people = [{"ParticipantDetails": {"ParticipantRole": role}} for role in ("CLINICIAN_0", "PATIENT_0")]
    times = {"BeginAudioTime": 0.0, "EndAudioTime": 2.0}
    said = [("Okay", people[0], 0.2), ("No", people[1], 0.3), ("never", people[1], 0.9)]
    items = [
        {"Alternatives": [{"Content": word}], "BeginAudioTime": at, "EndAudioTime": at + 0.1, **who}
        for word, who, at in said
    ]
    segments = [{**times, "Content": "Okay", **people[0]}, {**times, "Content": "No never", **people[1]}]
    document = {"Conversation": {"TranscriptItems": items, "TranscriptSegments": segments}}

    read = read_transcript("json", json.dumps(document)).segments

    assert [[word.word for word in segment.words] for segment in read] == [["Okay"], ["No", "never"]]


def test_json_labels_state_roles() -> None:
    """Labels that are titles give the roles of a transcript that has none."""
    segments = [
        {"start": 0, "end": 1, "text": "I felt bad.", "speaker": "therapist"},
        {"start": 1, "end": 2, "text": "How are you?", "speaker": "Anna"},
    ]
    transcript = read_transcript("json", json.dumps({"segments": segments}))

    assert [segment.role for segment in transcript.segments] == [Role.CLINICIAN, Role.CLIENT]


@pytest.mark.parametrize("name", ["json", "vtt", "srt", "txt"])
def test_what_is_written_can_be_read(name: str) -> None:
    """Roles and texts survive every format that is both written and read."""
    again = read_transcript(name, write_transcript(TRANSCRIPT, name))

    assert [segment.role for segment in again.segments] == [segment.role for segment in TRANSCRIPT.segments]
    assert [" ".join(segment.text.split()) for segment in again.segments][::2] == ["How was it?", "Yes."]


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("vtt", "secret", "line 1"),
        ("vtt", "WEBVTT\n\nsecret words\n", "line 3"),
        ("vtt", "WEBVTT\n\n1\n00:00:05.000 --> 00:00:01.000\nsecret", "line 4"),
        ("vtt", "WEBVTT\n\nsecret --> 00:00:01.000\nsecret", "line 3"),
        ("srt", "1\nsecret\n", "line 1"),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\nok\n\n2\n00:00:01 -> 5\nsecret", "line 6"),
        ("txt", "\nsecret words without a speaker\n", "line 2"),
        ("json", '{"segments": [\n{"start": secret', "line 2"),
        ("json", '{"Conversation": {"TranscriptSegments": [{"Content": "secret"}]}}', None),
    ],
)
def test_unusable_is_refused_by_line(name: str, text: str, where: str | None) -> None:
    """What cannot be read is refused with its line or field, and without its words."""
    with pytest.raises(TranscriptInvalidError) as caught:
        read_transcript(name, text)

    assert caught.value.facts["where"] == (where or "Conversation.TranscriptSegments[0].BeginAudioTime")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"), [("vtt", "WEBVTT\n"), ("srt", ""), ("txt", "\n"), ("json", '{"segments": []}')]
)
def test_nothing_said_is_refused(name: str, text: str) -> None:
    """A transcript without a word is refused as empty."""
    with pytest.raises(TranscriptEmptyError):
        read_transcript(name, text)
