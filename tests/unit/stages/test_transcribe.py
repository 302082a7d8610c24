"""The transcribe stage over fakes: what it puts out, flags and reports."""

from dataclasses import replace

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.transcript import HEARD_UNCLEARLY, RecordingFacts, Role, Segment, Transcript, Word
from pipeline.errors import NoSpeechError
from pipeline.ports import StageResult, VoiceCount, VoiceTurn
from pipeline.stages.transcribe import transcribe, transcribe_dictation
from pipeline.stages.transcribe.flags import flags
from tests.fakes_speech import ENGINE, FakeDecoder, FakeDiarizer, FakeTranscriber, dialogue, some_bytes

SESSION = dialogue(
    ("SPEAKER_00", "How have you been since our last session? Tell me about your week."),
    ("SPEAKER_01", "I had a bad week. I couldn't sleep and I felt awful about my mom."),
    ("SPEAKER_00", "That sounds hard. What did you do when you couldn't sleep?"),
    ("SPEAKER_01", "I just lay there. I don't know. I kept thinking about my job."),
)


def run(
    *, voices: VoiceCount | None = None, facts: RecordingFacts | None = None, confidence: float | None = None
) -> StageResult:
    """Run the stage on the session."""
    segments, turns = SESSION
    return transcribe(
        some_bytes(),
        voices=voices or VoiceCount(),
        decoder=FakeDecoder(facts) if facts else FakeDecoder(),
        diarizer=FakeDiarizer(turns, confidence),
        transcriber=FakeTranscriber(segments),
    )


def by_channel(voices: VoiceCount) -> Transcript:
    """Transcribe a recording whose channels keep the voices apart."""
    segments, turns = SESSION
    swapped = tuple(replace(turn, speaker="left" if turn.speaker == "SPEAKER_00" else "right") for turn in turns)
    result = transcribe(
        some_bytes(),
        voices=voices,
        decoder=FakeDecoder(by_channel=swapped),
        diarizer=FakeDiarizer(turns),
        transcriber=FakeTranscriber(segments),
    )
    return transcript_of(result)


def transcript_of(result: StageResult) -> Transcript:
    """Return the transcript that the stage put out."""
    return transcript_from_bytes(result.outputs[1].body)


def test_outputs() -> None:
    """The stage puts out the working copy and the transcript."""
    result = run()

    assert [output.kind for output in result.outputs] == [ArtifactKind.WORKING_COPY, ArtifactKind.TRANSCRIPT]
    assert result.outputs[0].body == b"fLaC 960000"


def test_segments_have_voices_and_roles() -> None:
    """Each segment carries its voice, its role and how sure that is."""
    segments = transcript_of(run()).segments

    assert [segment.speaker for segment in segments] == ["SPEAKER_00", "SPEAKER_01"] * 2
    assert [segment.role for segment in segments] == [Role.CLINICIAN, Role.CLIENT] * 2
    assert min(segment.role_confidence or 0 for segment in segments) > 0.9


def test_facts_are_counts_and_versions() -> None:
    """What goes to the audit entry is counts and versions."""
    facts = run().facts

    assert facts.engines == (ENGINE, ENGINE)
    assert dict(facts.counts) == {"segments": 4, "voices": 2, "words": 52}
    assert facts.audio_seconds == 60.0


def test_clean_session_has_no_flags() -> None:
    """A session in which nothing is odd raises no flag."""
    assert transcript_of(run(voices=VoiceCount(exactly=2), confidence=0.9)).flags == ()


@pytest.mark.parametrize(
    ("voices", "flag"),
    [
        (VoiceCount(exactly=1), "more_voices_than_participants"),
        (VoiceCount(at_most=1), "more_voices_than_participants"),
        (VoiceCount(exactly=3), "fewer_voices_than_participants"),
        (VoiceCount(at_least=3), "fewer_voices_than_participants"),
    ],
)
def test_voice_count_flags(voices: VoiceCount, flag: str) -> None:
    """More or fewer voices than participants is a flag for the clinician."""
    assert transcript_of(run(voices=voices)).flags == (flag,)


def test_an_interpreter_is_flagged() -> None:
    """Where an interpreter is registered, the transcript says so, and that the client's voice is not sure."""
    transcript = transcript_of(run(voices=VoiceCount(registered=2, interpreters=1)))

    assert transcript.flags == ("interpreted", "roles_uncertain")
    assert {s.role_confidence for s in transcript.segments if s.role is Role.CLIENT} == {0.5}


@pytest.mark.parametrize(
    ("clipped", "level", "flag"), [(0.01, -20.0, "clipped"), (0.0, -52.0, "low_level")], ids=["clipped", "low"]
)
def test_recording_flags(clipped: float, level: float, flag: str) -> None:
    """A recording that is clipped or faint is flagged."""
    facts = RecordingFacts(60.0, 16_000, 1, "flac", clipped=clipped, level_dbfs=level)

    assert transcript_of(run(facts=facts)).flags == (flag,)


@pytest.mark.parametrize(("count", "flagged"), [(7, False), (8, True)])
def test_a_passage_in_doubt_is_flagged(count: int, flagged: bool) -> None:  # noqa: FBT001 - a parameter's value
    """Eight words in doubt in a row are a passage in doubt; fewer are words in doubt."""
    words = tuple(Word("so", doubt=HEARD_UNCLEARLY) for _ in range(count))
    transcript = Transcript((Segment("s0001", 0.0, 9.0, "so " * count, words=words),), "en", ENGINE)

    assert ("passages_unclear" in flags(transcript, VoiceCount(), None)) is flagged


def test_unsure_diarization_is_flagged() -> None:
    """A diarizer that doubts itself is passed on."""
    assert transcript_of(run(confidence=0.2)).flags == ("voices_uncertain",)


def test_unsure_roles_are_flagged() -> None:
    """A guess at roles from next to nothing is given, and flagged."""
    segments, turns = dialogue(("A", "Okay then."), ("B", "Right then."))
    result = transcribe(
        some_bytes(),
        voices=VoiceCount(),
        decoder=FakeDecoder(),
        diarizer=FakeDiarizer(turns),
        transcriber=FakeTranscriber(segments),
    )

    assert "roles_uncertain" in transcript_of(result).flags
    assert {segment.role for segment in transcript_of(result).segments} == {Role.CLINICIAN, Role.CLIENT}


def test_voice_count_reaches_the_diarizer() -> None:
    """How many voices to expect is handed to the diarizer."""
    segments, turns = SESSION
    diarizer = FakeDiarizer(turns)
    transcribe(
        some_bytes(),
        voices=VoiceCount(exactly=2),
        decoder=FakeDecoder(),
        diarizer=diarizer,
        transcriber=FakeTranscriber(segments),
    )

    assert diarizer.asked == [VoiceCount(exactly=2)]


@pytest.mark.parametrize("segments", [(), dialogue(("A", "  "))[0]], ids=["nothing", "blanks"])
def test_no_words_is_no_speech(segments: tuple[Segment, ...]) -> None:
    """A recording in which nothing is said has no transcript."""
    with pytest.raises(NoSpeechError):
        transcribe(
            some_bytes(),
            voices=VoiceCount(),
            decoder=FakeDecoder(),
            diarizer=FakeDiarizer((VoiceTurn(0, 1, "A"),)),
            transcriber=FakeTranscriber(segments),
        )


def test_dictation_is_the_clinicians() -> None:
    """A dictation has one voice, and it is the clinician's, whatever it says."""
    result = transcribe_dictation(
        some_bytes(), decoder=FakeDecoder(), transcriber=FakeTranscriber(dialogue(("", "I felt that I had my mom."))[0])
    )

    assert {segment.role for segment in transcript_of(result).segments} == {Role.CLINICIAN}
    assert transcript_of(result).diarizer is None


@pytest.mark.parametrize("voices", [VoiceCount(), VoiceCount(exactly=2), VoiceCount(at_most=3, registered=2)])
def test_channels_tell_two_voices_apart(voices: VoiceCount) -> None:
    """Where each voice has a channel of its own, no embedding of a voice is made."""
    transcript = by_channel(voices)

    assert transcript.speakers == ("left", "right")
    assert transcript.diarizer is not None
    assert transcript.diarizer.name == "channels"


@pytest.mark.parametrize("voices", [VoiceCount(exactly=3), VoiceCount(at_most=4, registered=3)])
def test_channels_do_not_tell_a_third_voice(voices: VoiceCount) -> None:
    """Where a couple shares a channel the voices themselves are told apart."""
    assert by_channel(voices).speakers == ("SPEAKER_00", "SPEAKER_01")


def test_several_tracks_are_flagged() -> None:
    """Nobody is left to think that a second sound track was listened to."""
    facts = RecordingFacts(60.0, 48_000, 2, "aac", tracks=2)

    assert "several_tracks" in transcript_of(run(facts=facts)).flags


def test_crosstalk_is_flagged() -> None:
    """Where people often speak at once, a clinician is told that words may be missing."""
    segments, turns = SESSION
    interrupting = (*turns, VoiceTurn(turns[0].start, turns[0].end, "SPEAKER_01"))
    result = transcribe(
        some_bytes(),
        voices=VoiceCount(),
        decoder=FakeDecoder(),
        diarizer=FakeDiarizer(interrupting),
        transcriber=FakeTranscriber(segments),
    )

    assert "crosstalk" in transcript_of(result).flags
    assert "crosstalk" not in transcript_of(run()).flags
