"""Transcripts in the formats that other programs read."""

import json
from dataclasses import replace

import pytest

from pipeline.adapters.formats import EXPORT_FORMATS, read_transcript, write_transcript
from pipeline.domain.transcript import Engine, Role, Segment, Transcript, VoiceTurn

A, B, C = "SPEAKER_00", "SPEAKER_01", "SPEAKER_02"
SEGMENTS = (
    Segment("s0001", 0.5, 2.0, "How was it?", A, Role.CLINICIAN, 0.99),
    Segment("s0002", 2.25, 3661.5, "Fine & <well>.\nReally.", B, Role.CLIENT, 0.99),
    Segment("s0003", 3661.75, 3662.0, "Yes.", B, Role.CLIENT, 0.99),
)
TRANSCRIPT = Transcript(SEGMENTS, "en", Engine("fake", "1"))


def test_json() -> None:
    """JSON is the document itself."""
    assert json.loads(write_transcript(TRANSCRIPT, "json"))["segments"][0]["role"] == "CLINICIAN"


def test_srt() -> None:
    """SubRip numbers its cues, has commas in times, and names roles."""
    assert write_transcript(TRANSCRIPT, "srt") == (
        "1\n00:00:00,500 --> 00:00:02,000\nClinician: How was it?\n"
        "\n2\n00:00:02,250 --> 01:01:01,500\nClient: Fine & <well>. Really.\n"
        "\n3\n01:01:01,750 --> 01:01:02,000\nClient: Yes.\n"
    )


def test_vtt() -> None:
    """WebVTT carries segment ids and voice tags, and escapes what would be a tag."""
    assert write_transcript(TRANSCRIPT, "vtt") == (
        "WEBVTT\n"
        "\ns0001\n00:00:00.500 --> 00:00:02.000\n<v Clinician>How was it?</v>\n"
        "\ns0002\n00:00:02.250 --> 01:01:01.500\n<v Client>Fine &amp; &lt;well&gt;. Really.</v>\n"
        "\ns0003\n01:01:01.750 --> 01:01:02.000\n<v Client>Yes.</v>\n"
    )


def test_txt() -> None:
    """Plain text has a time and a role a line."""
    assert write_transcript(TRANSCRIPT, "txt").splitlines() == [
        "[00:00:00] Clinician: How was it?",
        "[00:00:02] Client: Fine & <well>. Really.",
        "[01:01:01] Client: Yes.",
    ]


def test_tsv() -> None:
    """Tab-separated values have whole milliseconds and one row a segment."""
    assert write_transcript(TRANSCRIPT, "tsv").splitlines()[:2] == [
        "start\tend\tspeaker\trole\ttext",
        "500\t2000\tSPEAKER_00\tCLINICIAN\tHow was it?",
    ]


def test_rttm_from_segments() -> None:
    """Where no turns are known, segments of one voice that follow each other closely are one turn."""
    assert write_transcript(TRANSCRIPT, "rttm").splitlines() == [
        "SPEAKER session 1 0.500 1.500 <NA> <NA> SPEAKER_00 <NA> <NA>",
        "SPEAKER session 1 2.250 3659.750 <NA> <NA> SPEAKER_01 <NA> <NA>",
    ]


def test_rttm_from_turns() -> None:
    """Where turns are known, RTTM has them as they were heard."""
    transcript = Transcript(SEGMENTS, "en", Engine("fake", "1"), turns=(VoiceTurn(0.25, 1.5, A),))

    assert write_transcript(transcript, "rttm") == ("SPEAKER session 1 0.250 1.250 <NA> <NA> SPEAKER_00 <NA> <NA>\n")


def test_two_clients_are_numbered() -> None:
    """Several voices of one role are numbered in the order they are heard."""
    segments = (*SEGMENTS, Segment("s0004", 3663.0, 3664.0, "And me.", C, Role.CLIENT, 0.9))
    text = write_transcript(Transcript(segments, "en", Engine("fake", "1")), "txt")

    assert [line.split()[1:3] for line in text.splitlines()[1:]] == [
        ["Client", "1:"],
        ["Client", "1:"],
        ["Client", "2:"],
    ]


@pytest.mark.parametrize("name", ["srt", "vtt", "txt"])
def test_a_role_that_is_a_guess(name: str) -> None:
    """A role that is only likely is said to be uncertain where it stands for a name, and read back as that."""
    guessed = tuple(replace(segment, role_confidence=0.79) for segment in SEGMENTS)
    sure = tuple(replace(segment, role_confidence=0.8) for segment in SEGMENTS)

    text = write_transcript(replace(TRANSCRIPT, segments=guessed), name)

    assert "Client (uncertain)" in text
    assert "uncertain" not in write_transcript(replace(TRANSCRIPT, segments=sure), name)
    assert "roles_uncertain" in read_transcript(name, text).flags


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_nobody_known(name: str) -> None:
    """A segment whose voice is unknown is written without a name."""
    text = write_transcript(Transcript((Segment("s0001", 0, 1, "Hello."),), "en", Engine("fake", "1")), name)

    assert name == "rttm" or "Hello." in text
    assert "None" not in text


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_nothing_said(name: str) -> None:
    """An empty transcript is written in every format."""
    assert isinstance(write_transcript(Transcript((), "en", Engine("fake", "1")), name), str)
