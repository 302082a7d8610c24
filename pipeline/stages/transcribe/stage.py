"""The stage: sound in, a diarized transcript with roles, flags and facts out."""

from dataclasses import replace
from typing import BinaryIO

from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.transcript import Role, Segment, Transcript
from pipeline.errors import NoSpeechError
from pipeline.ports import (
    SAMPLE_RATE,
    DecodedRecording,
    Decoder,
    Diarization,
    Diarizer,
    StageFacts,
    StageResult,
    Transcriber,
    VoiceCount,
    VoiceTurn,
)
from pipeline.stages.transcribe.assembly import assemble
from pipeline.stages.transcribe.attribution import attribute_words
from pipeline.stages.transcribe.flags import flags, heard_voices
from pipeline.stages.transcribe.roles import attribute_roles
from pipeline.stages.transcribe.timing import timed_words


def transcribe(
    recording: BinaryIO, *, voices: VoiceCount, decoder: Decoder, diarizer: Diarizer, transcriber: Transcriber
) -> StageResult:
    """Return the working copy and the transcript of a recorded session.

    Raises ``NoSpeechError`` where nothing was said, and the ``RecordingError`` of what cannot be decoded.
    """
    decoded = decoder.decode(recording)
    transcript = transcribe_samples(decoded, voices=voices, diarizer=diarizer, transcriber=transcriber)
    return _result(decoder.encode_flac(decoded.samples), transcript)


def transcribe_dictation(recording: BinaryIO, *, decoder: Decoder, transcriber: Transcriber) -> StageResult:
    """Return the working copy and the transcript of a clinician's own spoken summary: one voice, known whose."""
    decoded = decoder.decode(recording)
    seconds = len(decoded.samples) / SAMPLE_RATE
    heard = transcriber.transcribe(decoded.samples, (VoiceTurn(0.0, seconds, _DICTATING),))
    transcript = replace(
        _attributed(heard, (VoiceTurn(0.0, seconds, _DICTATING),)), recording=decoded.facts, diarizer=None
    )
    transcript = replace(transcript, segments=tuple(map(_dictated, transcript.segments)))
    return _result(
        decoder.encode_flac(decoded.samples), replace(transcript, flags=flags(transcript, VoiceCount(), None))
    )


def transcribe_samples(
    decoded: DecodedRecording, *, voices: VoiceCount, diarizer: Diarizer, transcriber: Transcriber
) -> Transcript:
    """Return the transcript of sound that is decoded already; raise ``NoSpeechError``."""
    diarization = diarizer.diarize(decoded.samples, voices)
    heard = transcriber.transcribe(decoded.samples, diarization.turns)
    return _finished(heard, decoded, diarization, voices)


_DICTATING = "SPEAKER_00"


def _finished(heard: Transcript, decoded: DecodedRecording, diarization: Diarization, voices: VoiceCount) -> Transcript:
    transcript = _attributed(heard, diarization.turns)
    transcript = replace(
        transcript,
        segments=attribute_roles(transcript.segments),
        diarizer=diarization.engine,
        recording=decoded.facts,
        turns=diarization.overlapping or diarization.turns,
    )
    return replace(transcript, flags=flags(transcript, voices, diarization.confidence))


def _attributed(heard: Transcript, turns: tuple[VoiceTurn, ...]) -> Transcript:
    words = timed_words(heard.segments)
    if not words:
        raise NoSpeechError
    return replace(heard, segments=assemble(words, attribute_words(words, turns), heard.language))


def _dictated(segment: Segment) -> Segment:
    return replace(segment, role=Role.CLINICIAN, role_confidence=1.0)


def _result(working_copy: bytes, transcript: Transcript) -> StageResult:
    return StageResult(
        outputs=(
            StageOutput(ArtifactKind.WORKING_COPY, working_copy),
            StageOutput(ArtifactKind.TRANSCRIPT, transcript_bytes(transcript)),
        ),
        facts=_facts(transcript),
    )


def _facts(transcript: Transcript) -> StageFacts:
    return StageFacts(
        engines=tuple(engine for engine in (transcript.engine, transcript.diarizer) if engine is not None),
        counts=(
            ("segments", len(transcript.segments)),
            ("voices", heard_voices(transcript.segments)),
            ("words", transcript.words),
        ),
        audio_seconds=None if transcript.recording is None else round(transcript.recording.seconds, 3),
    )
