"""Times of imported transcripts: kept where they count from the start, estimated and flagged where they do not."""

from pipeline.adapters.formats import read_transcript
from pipeline.domain.transcript import Transcript


def vtt(*cues: tuple[int, str, str]) -> Transcript:
    """Return the transcript of cues of five seconds: at a minute, by a voice, a text."""
    blocks = (f"{m // 60:02}:{m % 60:02}:00.000 --> {m // 60:02}:{m % 60:02}:05.000\n<v {v}>{t}\n" for m, v, t in cues)
    return read_transcript("vtt", "WEBVTT\n\n" + "\n".join(blocks))


def at(transcript: Transcript) -> list[tuple[float, str]]:
    """Return when each text begins."""
    return [(segment.start, segment.text) for segment in transcript.segments]


def test_a_recording_that_was_started_again() -> None:
    """Times that start again go on behind the first part, in the order of the file, and are flagged."""
    transcript = vtt((0, "A", "one"), (10, "B", "two"), (0, "A", "three"), (5, "B", "four"))

    assert at(transcript) == [(0.0, "one"), (600.0, "two"), (605.0, "three"), (905.0, "four")]
    assert "times_estimated" in transcript.flags


def test_one_voice_after_the_other() -> None:
    """A file that writes one channel after the other is one conversation, put in order of time."""
    transcript = vtt((0, "A", "one"), (10, "A", "three"), (1, "B", "two"), (11, "B", "four"))

    assert [text for _, text in at(transcript)] == ["one", "two", "three", "four"]
    assert "times_estimated" not in transcript.flags


def test_a_cue_out_of_its_place() -> None:
    """A single cue that stands too late is put in order, and starts nothing again."""
    transcript = vtt((0, "A", "one"), (10, "B", "three"), (2, "A", "two"), (12, "B", "four"))

    assert at(transcript) == [(0.0, "one"), (120.0, "two"), (600.0, "three"), (720.0, "four")]


def test_times_of_the_day() -> None:
    """Captions saved by the clock count from the first of them."""
    transcript = read_transcript("txt", "[Dana Reyes] 10:02:11\nHow?\n[Sam Poe] 10:02:20\nTired.\n")

    assert at(transcript) == [(0.0, "How?"), (9.0, "Tired.")]
    assert "times_estimated" in transcript.flags


def test_three_hours() -> None:
    """Hours may be spelt out, or counted in minutes above a hundred."""
    spelt = read_transcript("txt", "[0:00:10] A: one\n[1:42:15] B: two\n[2:59:59] A: three\n")
    counted = read_transcript("txt", "[00:10] A: one\n[102:15] B: two\n[179:59] A: three\n")

    assert at(spelt) == at(counted) == [(10.0, "one"), (6135.0, "two"), (10799.0, "three")]


def test_times_on_some_lines() -> None:
    """Times that are there are kept; turns between them share what lies between, and are flagged."""
    transcript = read_transcript("txt", "[00:10] A: one\nB: two three\nA: four\n[00:11] B: five\n")

    assert at(transcript) == [(10.0, "one"), (10.25, "two three"), (10.75, "four"), (11.0, "five")]
    assert "times_estimated" in transcript.flags
