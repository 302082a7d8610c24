"""Transcripts as other programs write them, well and badly: read, or refused by line or field without a quotation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.formats import EXPORT_FORMATS, IMPORT_FORMATS, read_transcript, write_transcript
from pipeline.domain.transcript import Role
from pipeline.errors import PipelineError, TranscriptInvalidError

SPOKEN = "Zanzibar"


@pytest.mark.parametrize(
    "text",
    [
        "Dana Reyes   0:03\nHow are you feeling?\n\nSam Poe   0:08\nI am tired and I cry.\n",
        "[Dana Reyes] 00:00:03\nHow are you feeling?\n\n[Sam Poe] 00:00:08\nI am tired and I cry.\n",
        "Speaker 1  (0:03)\nHow are you feeling?\nSpeaker 2  (0:08)\nI am tired and I cry.\n",
        "00:00:03 Dana Reyes : How are you feeling?\n00:00:08 Sam Poe : I am tired and I cry.",
    ],
)
def test_names_and_times_on_lines_of_their_own(text: str) -> None:
    """The documents of Teams, Zoom and Otter put name and time above what was said."""
    transcript = read_transcript("txt", text)

    assert [(s.start, s.speaker, s.role, s.text) for s in transcript.segments] == [
        (3.0, "SPEAKER_00", Role.CLINICIAN, "How are you feeling?"),
        (8.0, "SPEAKER_01", Role.CLIENT, "I am tired and I cry."),
    ]
    assert not {"Dana", "Reyes", "Poe"} & set(write_transcript(transcript, "json").replace('"', " ").split())


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("vtt", f"WEBVTT\n\n00:02.000 --> 00:01.000\n{SPOKEN}", "line 3"),
        ("vtt", f"WEBVTT\n\n00:01.000 --> soon\n{SPOKEN}", "line 3"),
        ("vtt", f"00:01.000 --> 00:02.000\n{SPOKEN}", "line 1"),
        ("vtt", f"WEBVTT\n\n{SPOKEN}\n", "line 3"),
        ("srt", f"1\n00:00:01,000 -> 00:00:02,000\n{SPOKEN}", "line 2"),
        ("srt", f"1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n{SPOKEN}\n", "line 5"),
        ("txt", f"so {SPOKEN} came\n", "line 1"),
        ("json", f'{{"segments": [{{"start": 0, "text": "{SPOKEN}"', "line 1"),
        ("json", f'{{"segments": [{{"start": -1, "end": 1, "text": "{SPOKEN}"}}]}}', "segments[0].start"),
        ("json", f'{{"segments": [{{"start": 0, "end": 1, "text": "{SPOKEN} \\ud800"}}]}}', "segments[0].text"),
        ("json", f'{{"segments": [{{"start": 1{"0" * 400}, "end": 1, "text": "{SPOKEN}"}}]}}', "segments[0].start"),
        ("json", f'{{"results": {{"transcripts": ["{SPOKEN}"]}}}}', "segments"),
        (
            "json",
            f'{{"Conversation": {{"TranscriptSegments": [{{"BeginAudioTime": "x", "Content": "{SPOKEN}"}}]}}}}',
            "Conversation.TranscriptSegments[0].BeginAudioTime",
        ),
    ],
)
def test_what_cannot_be_read_is_named_by_place(name: str, text: str, where: str) -> None:
    """The refusal names the line or field, and nothing of what stands there."""
    with pytest.raises(TranscriptInvalidError) as caught:
        read_transcript(name, text)

    assert caught.value.facts["where"] == where
    assert SPOKEN not in str(caught.value)


@pytest.mark.parametrize("name", ["vtt", "srt"])
def test_cues_without_a_blank_line_between_them(name: str) -> None:
    """Times that follow words without a blank line begin another cue, and are never read as words."""
    cues = "1\n00:00:01.000 --> 00:00:02.000\nHow are you?\n2\n00:00:03.000 --> 00:00:04.000\nFine.\n"

    segments = read_transcript(name, "WEBVTT\n" * (name == "vtt") + cues).segments

    assert [(segment.start, segment.text) for segment in segments] == [(1.0, "How are you?"), (3.0, "Fine.")]


def test_an_interpreter_by_name() -> None:
    """A voice that is named as an interpreter's is neither side's, also where no name tells the clinician."""
    text = (
        "Ann: How have you been? Tell me about your week.\nInterpreter: I was sad.\nBob: I feel awful, my mom is ill.\n"
    )

    roles = {segment.speaker: segment.role for segment in read_transcript("txt", text).segments}

    assert list(roles.values()) == [Role.CLINICIAN, Role.OTHER, Role.CLIENT]


def test_who_comes_from_outside_is_no_other() -> None:
    """The mark that a meeting gives people from outside ("Guest") is no role: most of them are clients."""
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Dr. Lee>Hello.\n\n00:03.000 --> 00:04.000\n<v Sam (Guest)>Hi.\n"

    assert [segment.role for segment in read_transcript("vtt", text).segments] == [Role.CLINICIAN, Role.CLIENT]


def test_voices_nobody_told_apart_are_flagged() -> None:
    """Captions without speakers are read, and say that nobody knows who speaks."""
    transcript = read_transcript("srt", "1\n00:00:01,000 --> 00:00:04,000\n- How are you?\n- I'm fine.\n")

    assert transcript.flags == ("roles_uncertain",)


def test_what_commands_a_terminal_is_left_out() -> None:
    """Escape sequences in captions do not reach a screen."""
    transcript = read_transcript("vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\x00 \x1b[2Jthere.\n")

    assert transcript.segments[0].text == "Hi [2Jthere."


PARTS = (
    *("WEBVTT", "", "1", "00:01.000 --> 00:02.000", "00:00:01,000 --> 00:00:02,500", "<v Ann>Hi", "Dr. A: Hi", "-->"),
    *("NOTE", "Ann   0:03", "[00:01] Bo: x", "<v >", "Ann:", "</v>", "\N{LATIN SMALL LETTER E WITH ACUTE}: x"),
)
CAPTIONS = st.lists(st.sampled_from(PARTS) | st.text(max_size=12)).map("\n".join)


@given(st.sampled_from(IMPORT_FORMATS), CAPTIONS)
def test_any_text_is_read_or_refused_by_reason(name: str, text: str) -> None:
    """Whatever a file holds, it becomes a transcript that every format can write, or a named refusal."""
    try:
        transcript = read_transcript(name, text)
    except PipelineError:
        return

    assert [write_transcript(transcript, written) == "" for written in EXPORT_FORMATS if written != "rttm"] == [
        False
    ] * 5
