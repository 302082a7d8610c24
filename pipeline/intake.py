"""Intake: a recording is accepted once consent is there, encrypted as it streams in, and its first stage opened."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.consent import Consent, Participant
from pipeline.domain.retention import RetentionPolicy
from pipeline.domain.session import RunId, Session, SessionId, SessionKind, first_stage
from pipeline.errors import KeyDestroyedError, SessionConflictError, SessionUnknownError
from pipeline.ports import ArtifactStore, Doorbell, Registry
from pipeline.storing import Storing
from pipeline.vocabularies import names_at, remove_names

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Submission:
    """What is known of a recording before a byte of it is read."""

    session: Session
    participants: tuple[Participant, ...]
    policy: RetentionPolicy
    #: Decisions to record first, as a consent document brings them.
    consents: tuple[Consent, ...] = ()
    #: How many voices to expect; ``None`` where nobody knows.
    voices: int | None = None
    actor: str = "intake"
    #: Names that may come up: content, kept beside the recording under its key and in no column.
    names: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Intake:
    """Accepts recordings and imported transcripts; the same one twice is accepted once."""

    registry: Registry
    artifacts: ArtifactStore
    doorbell: Doorbell
    max_bytes: int

    def accept(self, submission: Submission, recording: BinaryIO) -> RunId:
        """Check consent, store the recording under the session's own key, open the first stage, and ring.

        Raises ``ConsentError``, ``RecordingEmptyError``, ``RecordingTooLargeError``, ``SessionConflictError``.
        """
        session = submission.session
        if submission.consents:
            self.registry.record_consents(submission.consents, submission.actor)
        self.registry.check_intake(session.session_id, submission.participants)
        earlier = self._earlier(session.session_id)
        if earlier is not None:
            run_id, stored = earlier
            self.require_same(session.kind, stored, recording)
            return run_id
        return self._register(submission, recording)

    def is_accepted(self, session_id: SessionId) -> bool:
        """Say whether the session has been accepted."""
        return self._earlier(session_id) is not None

    def _register(self, submission: Submission, recording: BinaryIO) -> RunId:
        session = submission.session
        place = self.registry.waiting_vocabulary(session.session_id)
        names = submission.names or names_at(self.artifacts, place)
        storing = Storing(self.artifacts, self.max_bytes)
        stored = storing.store(session.session_id, kind_of(session.kind), recording, names)
        run_id = self.registry.register(session, submission.participants, stored, submission.policy, submission.voices)
        self.doorbell.ring(first_stage(session.kind), run_id)
        remove_names(self.artifacts, place)
        return run_id

    def _earlier(self, session_id: SessionId) -> tuple[RunId, tuple[StoredArtifact, ...]] | None:
        try:
            row = self.registry.session(session_id)
        except SessionUnknownError:
            return None
        return (row.runs[0].run_id, row.artifacts) if row.runs else None

    def require_same(self, kind: SessionKind, stored: Sequence[StoredArtifact], recording: BinaryIO) -> None:
        """Raise ``SessionConflictError`` where what comes is not what is stored.

        It compares by reading both: a digest of the plaintext that outlived it would be a guess-checker.
        """
        earlier = next((each for each in stored if each.kind is kind_of(kind)), None)
        if earlier is None or _digest(recording) != self._stored_digest(earlier):
            raise SessionConflictError

    def _stored_digest(self, stored: StoredArtifact) -> bytes | None:
        try:
            with self.artifacts.read(stored) as body:
                return _digest(body)
        except KeyDestroyedError:
            return None


def kind_of(kind: SessionKind) -> ArtifactKind:
    """Return which artifact comes in from outside."""
    return ArtifactKind.TRANSCRIPT if kind is SessionKind.IMPORTED else ArtifactKind.RECORDING


def _digest(body: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while chunk := body.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()
