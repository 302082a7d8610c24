"""What the pipeline needs from the outside world; the contract of each stands here and not in its adapters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.domain.artifact import ArtifactKind, DataKey, ObjectKey, StageOutput, StoredArtifact
from pipeline.domain.evidence import Claim, Verification
from pipeline.domain.note import Note, NoteFormat
from pipeline.domain.session import RunId, Session, SessionId, Stage, WorkerId
from pipeline.domain.transcript import Engine, RecordingFacts, Transcript
from pipeline.errors import PipelineError

#: Mono samples at 16 kHz, float32 in [-1, 1], shape (samples,).
Samples = NDArray[np.float32]
SAMPLE_RATE = 16_000


class Clock(Protocol):
    """The one clock of a process."""

    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""
        ...


# Storing -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, or one delete marker, as a listing names it."""

    key: ObjectKey
    version_id: str
    modified_at: datetime
    size: int


class ObjectStore(Protocol):
    """Ciphertext under opaque keys.

    Every method raises ``StoreUnavailableError`` where the store does not answer, and
    ``StoreFullError`` where it has no room.
    """

    def put(self, key: ObjectKey, body: BinaryIO) -> None:
        """Store everything ``body`` yields, in constant memory; a reader never sees a part of it.

        Raises ``ObjectExistsError`` where the key is taken.
        """
        ...

    def open(self, key: ObjectKey) -> BinaryIO:
        """Return a stream of the newest version; raise ``ObjectMissingError`` where there is none."""
        ...

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version, delete marker and unfinished upload under the prefix."""
        ...

    def destroy(self, prefix: str) -> int:
        """Remove every version, delete marker and unfinished upload under the prefix; return how many.

        Safe to call again. Does not say that nothing is left: list again to know.
        """
        ...


class KeyWrapper(Protocol):
    """Wraps data keys under a key that never lies beside what it protects."""

    @property
    def wrapping_key_id(self) -> str:
        """Return the id of the key that new data keys are wrapped under."""
        ...

    def wrap(self, keyset: bytes, associated_data: bytes) -> bytes:
        """Return the keyset, encrypted and bound to the associated data."""
        ...

    def unwrap(self, wrapped: bytes, associated_data: bytes) -> bytes:
        """Return the keyset; raise ``DecryptionError`` where anything does not match."""
        ...


class ArtifactStore(Protocol):
    """Artifacts, encrypted on the way in and decrypted on the way out, in constant memory."""

    def write(
        self, session_id: SessionId, kind: ArtifactKind, attempt: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Encrypt and store; make a data key where ``key`` is ``None``.

        Nothing points to the object, and no key of it is kept, until the ledger commits the result.
        """
        ...

    def read(self, artifact: StoredArtifact) -> BinaryIO:
        """Return a stream of the plaintext; raise ``DecryptionError`` where anything was changed."""
        ...

    def destroy(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Remove every version of every object of this kind; return how many there were."""
        ...

    def remaining(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """List again and return how many versions are left."""
        ...


# The ledger ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run one stage, until it lapses; ``attempt`` is the fence that every write carries."""

    run_id: RunId
    session: Session
    stage: Stage
    generation: int
    attempt: int
    worker_id: WorkerId
    #: What the stage reads, in the order in which it reads it.
    inputs: Mapping[ArtifactKind, StoredArtifact] = field(repr=False)
    #: The data key of each kind that already has one.
    keys: Mapping[ArtifactKind, DataKey] = field(repr=False)
    #: The kinds a purge is to delete; empty for other stages.
    due: tuple[ArtifactKind, ...] = ()
    #: Facts from rows that a stage may state: participants by role, expected voices, consent in words.
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What a stage reports for its audit entry and the dashboards: counts and versions, never text."""

    engines: tuple[Engine, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    audio_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage made and what it reports."""

    outputs: tuple[StageOutput, ...]
    facts: StageFacts = StageFacts()


class Ledger(Protocol):
    """The truth about every stage run; each method is one transaction, audit entry included."""

    def claim(self, stage: Stage, worker_id: WorkerId) -> Lease | None:
        """Take the most urgent ready run of the stage, or return ``None``.

        Checks consent under lock; a run that consent does not cover becomes ``refused``, audited, and the
        next one is tried.
        """
        ...

    def renew(self, lease: Lease) -> bool:
        """Extend the lease; ``False`` says that it is lost and that the work must stop."""
        ...

    def complete(self, lease: Lease, artifacts: Sequence[StoredArtifact], facts: StageFacts) -> Sequence[RunId]:
        """Commit the result, its artifacts and keys, and the next stage's row; return the runs it opened.

        Raises ``LeaseLostError`` where the fence no longer matches and ``ConsentError`` where consent ended
        meanwhile; then nothing of the result is kept.
        """
        ...

    def fail(self, lease: Lease, error: PipelineError) -> None:
        """Record a failure: permanent ends the run, transient makes it ready again later, within its tries."""
        ...

    def release(self, lease: Lease) -> None:
        """Give the stage back untried, as a worker does that was told to stop."""
        ...


# Engines -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecodedRecording:
    """A recording as the engines want it."""

    samples: Samples = field(repr=False)
    facts: RecordingFacts = field(default_factory=lambda: RecordingFacts(0.0, SAMPLE_RATE, 1, "none"))


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
class VoiceTurn:
    """A stretch of one voice, in seconds."""

    start: float
    end: float
    speaker: str


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


class Diarizer(Protocol):
    """Tells voices apart; keeps no embedding of a voice beyond the call."""

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return who spoke when."""
        ...


class Transcriber(Protocol):
    """Speech to text, words with times."""

    def transcribe(self, samples: Samples, turns: Sequence[VoiceTurn]) -> Transcript:
        """Return what was said, in segments with timed words where the engine can, with no speaker yet.

        ``turns`` are where speech was found and where voices change, as a help for cutting.
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
