"""What a clinician should know about a transcript before trusting it, as reason codes."""

from collections.abc import Iterator
from itertools import pairwise

from pipeline.domain.transcript import (
    PASSAGE_WORDS,
    ROLE_UNCERTAIN_BELOW,
    RecordingFacts,
    Segment,
    Transcript,
    VoiceTurn,
)
from pipeline.ports import VoiceCount
from pipeline.stages.transcribe.roles import least_confidence

#: One sample in a thousand at full scale can be heard as distortion.
_CLIPPED = 0.001
#: Speech below this is closer to the noise of a room than to its normal level (dBFS).
_LOW_LEVEL = -45.0
#: A voice with less speech than this is a cough, a door, or a word in passing (seconds).
_VOICE_SECONDS = 2.0
#: Of two who speak at once, recognizers hear one; from this share of the speech on much is lost.
_CROSSTALK = 0.1
#: Below this the diarizer is as likely wrong as right about who spoke.
_DIARIZATION_UNCERTAIN = 0.5


def flags(transcript: Transcript, voices: VoiceCount, diarization_confidence: float | None) -> tuple[str, ...]:
    """Return reason codes, those of the engine first."""
    found = (
        *transcript.flags,
        *_count_flags(heard_voices(transcript.segments), voices),
        *(("interpreted",) if voices.interpreters else ()),
        *_recording_flags(transcript.recording),
        *_doubt_flags(transcript, diarization_confidence),
    )
    return tuple(dict.fromkeys(found))


def heard_voices(segments: tuple[Segment, ...]) -> int:
    """Return how many voices spoke for long enough to be somebody; at least one where anybody spoke."""
    seconds: dict[str, float] = {}
    for segment in segments:
        if segment.speaker is not None:
            seconds[segment.speaker] = seconds.get(segment.speaker, 0.0) + segment.end - segment.start
    return max(sum(1 for length in seconds.values() if length >= _VOICE_SECONDS), min(1, len(seconds)))


def _count_flags(heard: int, voices: VoiceCount) -> Iterator[str]:
    known = voices.exactly if voices.registered is None else voices.registered
    most = voices.at_most if known is None else known
    least = voices.at_least if known is None else known
    if most is not None and heard > most:
        yield "more_voices_than_participants"
    if least is not None and heard < least:
        yield "fewer_voices_than_participants"


def _recording_flags(facts: RecordingFacts | None) -> Iterator[str]:
    if facts is not None and facts.tracks > 1:
        yield "several_tracks"
    if facts is not None and facts.clipped >= _CLIPPED:
        yield "clipped"
    if facts is not None and facts.level_dbfs <= _LOW_LEVEL:
        yield "low_level"


def _doubt_flags(transcript: Transcript, diarization_confidence: float | None) -> Iterator[str]:
    if least_confidence(transcript.segments) < ROLE_UNCERTAIN_BELOW:
        yield "roles_uncertain"
    if diarization_confidence is not None and diarization_confidence < _DIARIZATION_UNCERTAIN:
        yield "voices_uncertain"
    if _crosstalk(transcript.turns) > _CROSSTALK:
        yield "crosstalk"
    if any(word.doubt for segment in transcript.segments for word in segment.words):
        yield "heard_unclearly"
    if _longest_doubt(transcript.segments) >= PASSAGE_WORDS:
        yield "passages_unclear"


def _longest_doubt(segments: tuple[Segment, ...]) -> int:
    """Return how many words in a row are in doubt, at most."""
    longest = run = 0
    for word in (word for segment in segments for word in segment.words):
        run = run + 1 if word.doubt else 0
        longest = max(longest, run)
    return longest


def _crosstalk(turns: tuple[VoiceTurn, ...]) -> float:
    """Return the share of the speech in which more than one voice is heard."""
    edges = sorted([(turn.start, 1) for turn in turns] + [(turn.end, -1) for turn in turns])
    spoken = together = 0.0
    voices = 0
    for (moment, change), (following, _) in pairwise(edges):
        voices += change
        spoken += (following - moment) * (voices > 0)
        together += (following - moment) * (voices > 1)
    return together / spoken if spoken else 0.0
