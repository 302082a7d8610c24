"""Exports of meeting programs and typists as they come: no word lost, each with its own speaker, at its time."""

import pytest

from pipeline.adapters.formats import read_transcript
from pipeline.domain.transcript import Role, Transcript
from pipeline.errors import TranscriptInvalidError

DANA, SAM, THIRD = "SPEAKER_00", "SPEAKER_01", "SPEAKER_02"
HOW, TIRED = "How are you feeling?", "I am tired and I cry."

STREAM = "0:0:3.0 --> 0:0:5.360\nDana Reyes\nHow are you feeling?\n\n0:0:8.0 --> 0:0:10.250\nPoe, Sam (Guest)\n{}\n"
TEAMS = """Meeting with somebody

March 1, 2024, 10:00AM
24m 31s

Dana Reyes started transcription

Reyes, Dana (she/her)   0:03
How are you feeling?

Poe, Sam   0:08
I am tired and I cry.

Dana Reyes stopped transcription
"""
OTTER = """Note
Fri, Mar 1, 2024 10:00AM • 24:31
SUMMARY KEYWORDS
sleep, work
SPEAKERS
Dana Reyes, Sam Poe

Dana Reyes  00:03
How are you feeling?

Sam Poe  00:08
I am tired and I cry.

Transcribed by https://otter.ai
"""
MEET = """Session (2024-03-01 10:00 GMT-5) - Transcript
Attendees
Dana Reyes, Sam Poe
Transcript
00:00:03

Dana Reyes: How are you feeling?
00:00:08

Sam Poe: I am tired and I cry.
Transcription ended after 00:24:31

This editable transcript was computer generated and might contain errors. People can also change the text.
"""


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Return who says what."""
    return [(segment.speaker, segment.text) for segment in transcript.segments]


def cues(*texts: str) -> str:
    """Return SubRip with one cue of four seconds for each text."""
    return "\n".join(
        f"{n}\n00:00:{5 * n:02},000 --> 00:00:{5 * n + 4:02},000\n{text}\n" for n, text in enumerate(texts, 1)
    )


@pytest.mark.parametrize(
    "text",
    [
        STREAM.format(TIRED),
        STREAM.format(TIRED).replace("\n", "\n\n"),
        STREAM.format(TIRED).replace("\n", "\r\n"),
        TEAMS,
        OTTER,
        MEET,
        "Dana Reyes   0:03   How are you feeling?\nSam Poe   0:08   I am tired and I cry.\n",
        "Speaker 1: (00:03)\nHow are you feeling?\n\nSpeaker 2: (00:08)\nI am tired and I cry.\n",
        "Therapist [00:00:03]: How are you feeling?\nClient [00:00:08]: I am tired and I cry.\n",
        "00:00:03 Dana Reyes\nHow are you feeling?\n00:00:08 Sam Poe\nI am tired and I cry.\n",
        "**Therapist** [0:03]: How are you feeling?\n**Client** [0:08]: I am tired and I cry.\n",
        f"1\n00:00:03,000 --> 00:00:05,000\nDana: {HOW}\n\n2\n00:00:08,000 --> 00:00:10,000\nSam: {TIRED}",
        f"WEBVTT\n\n00:03.000 --> 00:05.000\n<v Dana>{HOW}\n\n00:08.000 --> 00:10.000\n<v Sam>{TIRED}",
    ],
)
def test_exports_as_text(text: str) -> None:
    """Names and times are found wherever a program puts them, and what nobody said is left out."""
    transcript = read_transcript("txt", text)

    assert [(s.start, s.speaker, s.role, s.text) for s in transcript.segments] == [
        (3.0, DANA, Role.CLINICIAN, HOW),
        (8.0, SAM, Role.CLIENT, TIRED),
    ]


@pytest.mark.parametrize("name", ["sam's iPad", "iPhone", "sam poe", "+1 (213) 555-1234", "1213***4567", "j.poe"])
def test_names_that_are_spelt_otherwise(name: str) -> None:
    """A name in small letters and a telephone's number are speakers where they label piece after piece."""
    texts = ("Dana Reyes: One.", f"{name}: so I said: no", "Dana Reyes: Two.", f"{name}: Three.", "and four")

    assert said(read_transcript("srt", cues(*texts))) == [
        (DANA, "One."),
        (SAM, "so I said: no"),
        (DANA, "Two."),
        (SAM, "Three."),
        (None, "and four"),
    ]


def test_words_before_a_colon() -> None:
    """What is said before a colon stays said where a document does not name its speakers that way."""
    texts = ["How are you?", "Honestly: I don't know", "At 10: we left", "Yes: I do", "He said: no", "and so"]

    assert said(read_transcript("srt", cues(*texts))) == [(None, text) for text in texts]


def test_wrapped_lines() -> None:
    """A line that goes on may begin with a word and a colon, or with a time of day."""
    text = "Dana: When?\nSam: well\nHonestly: I do not\nknow. At\n10:30 I woke\nMonday 10:30\nDana: ok\nSam: yes\n"

    assert said(read_transcript("txt", text)) == [
        (DANA, "When?"),
        (SAM, "well Honestly: I do not know. At 10:30 I woke Monday 10:30"),
        (DANA, "ok"),
        (SAM, "yes"),
    ]


def test_a_time_of_day_between_headings() -> None:
    """A line of one word and a time is said where it does not fit between the times around it."""
    text = "Dana Reyes  0:03\nWhen?\n\nSam Poe  0:05\nMonday 10:30\nI think.\n\nDana Reyes  0:09\nFine.\n"

    assert said(read_transcript("txt", text))[1] == (SAM, "Monday 10:30 I think.")


def test_an_answer_that_is_a_time() -> None:
    """A time after a name and a colon is the answer."""
    assert said(read_transcript("txt", "Therapist: When?\nClient: 10:30\n"))[1] == (SAM, "10:30")


def test_asides_beside_a_name() -> None:
    """How somebody speaks, written beside the name, makes no other speaker."""
    text = "Therapist: One.\nClient [crying]: Two.\nTherapist (softly): Three.\nClient: Four. [00:01:00] Five.\n"

    assert said(read_transcript("txt", text)) == [
        (DANA, "One."),
        (SAM, "Two."),
        (DANA, "Three."),
        (SAM, "Four. Five."),
    ]


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        ("Dana: Why?\nSam: My dog\ndied.", [(DANA, "Why?"), (SAM, "My dog died.")]),
        ("- How are you?\n- I'm not well.", [(None, "How are you?"), (None, "I'm not well.")]),
        ("{\\an8}<font color='#fff'>Dana: Hi.</font>", [(DANA, "Hi.")]),
        ("Dana: 3 &lt; 5\u200f &amp; \N{CRYING FACE}", [(DANA, "3 < 5 & \N{CRYING FACE}")]),
        ("Dana: How many?\n\nand so", [(DANA, "How many? and so")]),
    ],
)
def test_within_a_cue(cue: str, expected: list[tuple[str | None, str]]) -> None:
    """A cue in which voices change, that is marked up, or broken by a blank line keeps its words and voices."""
    transcript = read_transcript("srt", cues(cue, "Dana: Well."))

    assert said(transcript)[:-1] == expected
    assert [segment.start for segment in transcript.segments] == sorted({s.start for s in transcript.segments})


def test_words_outside_of_voice_tags() -> None:
    """Words before a voice tag and after its end are kept, and are nobody's."""
    text = "WEBVTT\n\n00:01.000 --> 00:04.000\nwell <v Sam>My dog died.</v> and so\n"

    assert said(read_transcript("vtt", text)) == [(None, "well"), (DANA, "My dog died."), (None, "and so")]


def test_comments_and_styles() -> None:
    """What WebVTT holds beside its cues is left out, a comment with an arrow in it too."""
    text = """
WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE a --> b
c

NOTE Confidence: 0.9
00:01,000-->00:02,0000000 align:start
<c.yellow>Hi</c> <b>you</b>

NOTE
"""

    assert said(read_transcript("vtt", text)) == [(None, "Hi you")]


def test_the_head_of_a_typed_transcript() -> None:
    """Facts of the session above it are nobody's words."""
    text = "Session transcript\nDate: 3/1/2024\nClient ID: 99\n\nTherapist: One.\nClient: Two.\n"

    assert said(read_transcript("txt", text)) == [(DANA, "One."), (SAM, "Two.")]


def test_what_to_do_is_said() -> None:
    """A text without speakers is refused with its line and with what to do."""
    with pytest.raises(TranscriptInvalidError) as refused:
        read_transcript("txt", "\nhow are you\nfine\n")

    assert refused.value.facts["where"] == "line 2"
    assert "begin each turn with a name and a colon" in str(refused.value)


def test_abbreviated_sides() -> None:
    """T and C, or Th and Pt, are two sides where there are no other names; beside others they are initials."""
    both = read_transcript("txt", "T: One.\nC: Two.\n").segments
    among_others = read_transcript("txt", "T: One.\nC: Two.\nSam: Three.\n").segments

    assert [(s.role, s.role_confidence) for s in both] == [(Role.CLINICIAN, 0.98), (Role.CLIENT, 0.98)]
    assert all((s.role_confidence or 0) < 0.98 for s in among_others)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Counselor: One.\nStudent: Two.\n", [Role.CLINICIAN, Role.CLIENT]),
        ("Dr. Lee: One.\nGuest: Two.\n", [Role.CLINICIAN, Role.CLIENT]),
        ("Dr. Lee: One.\nMom: Two.\nStudent: Three.\n", [Role.CLINICIAN, Role.CLIENT, Role.OTHER]),
        ("Dr. Lee: One.\nSam: Two.\nKim (supervisor): Three.\n", [Role.CLINICIAN, Role.CLIENT, Role.OTHER]),
    ],
)
def test_who_is_left_is_the_client(text: str, roles: list[Role]) -> None:
    """A student or guest is the client where nobody else is."""
    assert [segment.role for segment in read_transcript("txt", text).segments] == roles


def test_several_people_without_a_title() -> None:
    """Beside a titled clinician, which of several others is a client is uncertain until what they say tells."""
    transcript = read_transcript("txt", "Dr. Lee: One.\nSam: Two.\nAnn: Three.\n")

    assert [segment.role_confidence for segment in transcript.segments] == [0.98, 0.75, 0.75]
    assert "roles_uncertain" in transcript.flags
