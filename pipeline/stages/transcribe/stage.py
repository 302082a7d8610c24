"""The stage: sound in, a diarized transcript with roles, flags and facts out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO

from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
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
from pipeline.stages.transcribe.doubt import mark_doubt
from pipeline.stages.transcribe.flags import flags, heard_voices
from pipeline.stages.transcribe.interim import Interim
from pipeline.stages.transcribe.roles import attribute_roles
from pipeline.stages.transcribe.timing import timed_words
from pipeline.stages.transcribe.vocabulary import expected_names


def transcribe(  # noqa: PLR0913 - by keyword: three engines, and what is known of this session
    recording: BinaryIO,
    *,
    voices: VoiceCount,
    decoder: Decoder,
    diarizer: Diarizer,
    transcriber: Transcriber,
    names: tuple[str, ...] = (),
    interim: Interim | None = None,
) -> StageResult:
    """Return the working copy and the transcript of a recorded session.

    What ``interim`` holds of an earlier attempt is not heard again.
    ``names`` are those this session may hold beside the bundled medications. Raises ``NoSpeechError`` where
    nothing was said, and the ``RecordingError`` of what cannot be decoded.
    """
    decoded = decoder.decode(recording)
    transcript = transcribe_samples(
        decoded, voices=voices, diarizer=diarizer, transcriber=transcriber, names=names, interim=interim
    )
    return _result(decoder.encode_flac(decoded.samples), transcript)


def transcribe_dictation(
    recording: BinaryIO,
    *,
    decoder: Decoder,
    transcriber: Transcriber,
    names: tuple[str, ...] = (),
    interim: Interim | None = None,
) -> StageResult:
    """Return the working copy and the transcript of a clinician's own spoken summary: one voice, known whose."""
    decoded = decoder.decode(recording)
    seconds = len(decoded.samples) / SAMPLE_RATE
    turns = (VoiceTurn(0.0, seconds, _DICTATING),)
    found = None if interim is None else interim.found()
    heard = found[0] if found else transcriber.transcribe(decoded.samples, lambda: turns, expected_names(names))
    if interim is not None and found is None:
        interim.put(heard, None)
    transcript = _attributed(heard, turns, names)
    transcript = replace(transcript, segments=tuple(map(_dictated, transcript.segments)), recording=decoded.facts)
    transcript = replace(transcript, flags=flags(transcript, VoiceCount(), None))
    return _result(decoder.encode_flac(decoded.samples), transcript)


def transcribe_samples(
    decoded: DecodedRecording,
    *,
    voices: VoiceCount,
    diarizer: Diarizer,
    transcriber: Transcriber,
    names: tuple[str, ...] = (),
    interim: Interim | None = None,
) -> Transcript:
    """Return the transcript of sound that is decoded already; raise ``NoSpeechError``."""
    heard, diarization = (interim and interim.found()) or (None, None)
    if heard is None or diarization is None:
        # Telling voices apart and recognition take about as long; the engines leave Python's lock while they work.
        with ThreadPoolExecutor(1) as beside:
            telling = beside.submit(lambda: _by_channel(decoded, voices) or diarizer.diarize(decoded.samples, voices))
            heard = transcriber.transcribe(decoded.samples, lambda: telling.result().turns, expected_names(names))
        diarization = telling.result()
        if interim is not None:
            interim.put(heard, diarization)
    transcript = _attributed(heard, diarization.turns, names)
    return _finished(transcript, decoded, diarization, voices)


_DICTATING = "SPEAKER_00"
_CHANNELS = Engine("channels", "1")
_PAIR = 2


def _by_channel(decoded: DecodedRecording, voices: VoiceCount) -> Diarization | None:
    """Return the turns that the channels tell; a third person shares a channel, which no channel tells."""
    pair = voices.exactly in {None, _PAIR} and voices.registered in {None, _PAIR}
    return Diarization(decoded.by_channel, _CHANNELS, 1.0) if decoded.by_channel and pair else None


def _finished(
    transcript: Transcript, decoded: DecodedRecording, diarization: Diarization, voices: VoiceCount
) -> Transcript:
    transcript = replace(
        transcript,
        segments=attribute_roles(transcript.segments, voices.clinicians, voices.interpreters, voices.others),
        diarizer=diarization.engine,
        recording=decoded.facts,
        turns=diarization.overlapping or diarization.turns,
    )
    return replace(transcript, flags=flags(transcript, voices, diarization.confidence))


def _attributed(heard: Transcript, turns: tuple[VoiceTurn, ...], names: tuple[str, ...]) -> Transcript:
    words = timed_words(heard.segments)
    if not words:
        raise NoSpeechError
    segments = assemble(words, attribute_words(words, turns), heard.language)
    # The bundled names, and how spelling sounds, are English.
    return replace(heard, segments=mark_doubt(segments, names) if heard.language == "en" else segments)


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
