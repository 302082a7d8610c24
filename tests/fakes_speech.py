"""Fakes of the speech ports: they hear what a test says."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from pipeline.domain.transcript import Engine, RecordingFacts, Segment, Transcript, Word
from pipeline.errors import NoSpeechError
from pipeline.ports import SAMPLE_RATE, DecodedRecording, Diarization, Samples, Turns, VoiceCount, VoiceTurn

ENGINE = Engine("fake", "1", "none")


@dataclass
class FakeDecoder:
    """Decodes anything to a minute of silence."""

    facts: RecordingFacts = field(default_factory=lambda: RecordingFacts(60.0, 44_100, 2, "opus"))
    by_channel: tuple[VoiceTurn, ...] = ()

    def decode(self, recording: BinaryIO) -> DecodedRecording:
        """Read the recording and return silence."""
        recording.read()
        return DecodedRecording(np.zeros(60 * SAMPLE_RATE, np.float32), self.facts, self.by_channel)

    def encode_flac(self, samples: Samples) -> bytes:
        """Return how many samples there are."""
        return f"fLaC {len(samples)}".encode()


@dataclass
class FakeDiarizer:
    """Hears the turns it was given."""

    turns: tuple[VoiceTurn, ...] = ()
    confidence: float | None = None
    asked: list[VoiceCount] = field(default_factory=list)

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return the turns."""
        self.asked.append(voices)
        return Diarization(self.turns, ENGINE, self.confidence)


@dataclass
class FakeTranscriber:
    """Hears the segments it was given."""

    segments: tuple[Segment, ...] = ()
    #: The names it was told to expect, call by call.
    told: list[tuple[str, ...]] = field(default_factory=list)

    def transcribe(self, samples: Samples, turns: Turns, names: Sequence[str] = ()) -> Transcript:
        """Return the segments, once turns are known."""
        self.told.append(tuple(names))
        turns()
        if not self.segments:
            raise NoSpeechError
        return Transcript(self.segments, "en", ENGINE)


def spoken(text: str, start: float = 0.0, pace: float = 0.3) -> Segment:
    """Return a segment whose words follow each other without a pause."""
    words = tuple(
        Word(word, round(start + pace * place, 3), round(start + pace * (place + 1), 3))
        for place, word in enumerate(text.split())
    )
    return Segment("", start, start + pace * len(words), text, words=words)


def dialogue(*turns: tuple[str, str]) -> tuple[tuple[Segment, ...], tuple[VoiceTurn, ...]]:
    """Return what a recognizer and a diarizer hear of (voice, text) spoken one after the other."""
    segments, voices, clock = [], [], 0.0
    for voice, text in turns:
        segment = spoken(text, clock)
        segments.append(segment)
        voices.append(VoiceTurn(segment.start, segment.end, voice))
        clock = segment.end + 0.2
    return tuple(segments), tuple(voices)


def some_bytes() -> BinaryIO:
    """Return a recording that no fake looks at."""
    return io.BytesIO(b"anything")
