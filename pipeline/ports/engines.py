"""The models and programs that do the work of a stage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.evidence import Claim, Verification
from pipeline.domain.note import Note, NoteFormat
from pipeline.domain.transcript import Engine, RecordingFacts, Transcript, VoiceTurn

#: Mono samples at 16 kHz, float32 in [-1, 1], shape (samples,).
Samples = NDArray[np.float32]
SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True)
class DecodedRecording:
    """A recording as the engines want it."""

    samples: Samples = field(repr=False)
    facts: RecordingFacts = field(default_factory=lambda: RecordingFacts(0.0, SAMPLE_RATE, 1, "none"))
    #: Who spoke when, where each of two channels carries one voice; empty where voices share channels.
    by_channel: tuple[VoiceTurn, ...] = ()


class Decoder(Protocol):
    """Makes sound of untrusted bytes, in a sandbox."""

    def decode(self, recording: BinaryIO) -> DecodedRecording:
        """Return the sound as 16 kHz mono, or raise the ``RecordingError`` that says why not.

        Raises ``RecordingEmptyError``, ``RecordingUndecodableError``, ``RecordingHasNoAudioError``,
        ``RecordingTruncatedError``, ``RecordingTooShortError``, ``RecordingTooLongError`` or
        ``RecordingSilentError``.
        """
        ...

    def encode_flac(self, samples: Samples) -> bytes:
        """Return the samples as 16-bit FLAC."""
        ...


@dataclass(frozen=True, slots=True)
class Diarization:
    """Who spoke when, without overlaps, and how sure that is."""

    turns: tuple[VoiceTurn, ...]
    engine: Engine
    #: Probability that the number of voices and their turns are right, 0 to 1.
    confidence: float | None = None
    #: All turns, overlapping ones too, for scoring and for RTTM; empty where the engine gives none.
    overlapping: tuple[VoiceTurn, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceCount:
    """How many voices to expect; ``None`` where nobody knows."""

    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    #: How many people were registered: another number heard is a flag for the clinician and never a bound.
    registered: int | None = None
    #: How many of them are clinicians.
    clinicians: int | None = None
    #: How many of them interpret.
    interpreters: int = 0
    #: How many of them are neither side: supervisors and guests.
    others: int = 0


class Diarizer(Protocol):
    """Tells voices apart; keeps no embedding of a voice beyond the call."""

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return who spoke when."""
        ...


#: Returns where speech was found and where voices change, and waits until that is known.
Turns = Callable[[], Sequence[VoiceTurn]]


class Transcriber(Protocol):
    """Speech to text, words with times."""

    def transcribe(self, samples: Samples, turns: Turns, names: Sequence[str] = ()) -> Transcript:
        """Return what was said, in segments with timed words where the engine can, with no speaker yet.

        Voices are told apart meanwhile: an engine asks for ``turns`` as late as it can, or at once where both share a
        device. ``names`` may come up: an engine that can listen for them does, likeliest first.
        Raises ``NoSpeechError`` where nothing was said.
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a note may state from rows and not from speech."""

    #: How many people of each participant role were registered.
    participants: tuple[tuple[str, int], ...] = ()
    #: Consent in words, from consent rows.
    consent_statement: str = ""
    seconds: float | None = None


class Drafter(Protocol):
    """Writes a draft note."""

    def draft(self, transcript: Transcript, note_format: NoteFormat, facts: SessionFacts) -> Note:
        """Return a note whose every reported sentence names the segments it rests on.

        Raises ``TranscriptEmptyError`` where nothing was said.
        """
        ...


class Verifier(Protocol):
    """Holds claims against a transcript."""

    def verify(self, claims: Sequence[Claim], transcript: Transcript, facts: SessionFacts) -> Verification:
        """Return a verdict for every claim, in order, and what was said that matters. Same input, same result."""
        ...
