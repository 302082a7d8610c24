"""The ledger: sessions, stage runs, consent, deletion; each method is one transaction, audit entry included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.domain.artifact import ArtifactKind, DataKey, StageOutput, StoredArtifact
from pipeline.domain.consent import Consent, Participant, PersonRef, Purpose
from pipeline.domain.retention import RetentionClock, RetentionPolicy
from pipeline.domain.session import RunId, Session, SessionId, Stage, StageStatus, WorkerId
from pipeline.domain.transcript import Engine
from pipeline.errors import PipelineError
from pipeline.ports.vocabularies import WaitingVocabulary


class Clock(Protocol):
    """The one clock of a process."""

    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""
        ...


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
    #: How long the run had been ready when it was claimed.
    waited: timedelta = timedelta(0)


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


@dataclass(frozen=True, slots=True)
class KindDeletion:
    """What a purge did to one kind of artifact."""

    kind: ArtifactKind
    keys_destroyed: int
    versions_deleted: int
    #: What a second listing found; a purge succeeds only at 0.
    versions_found_after: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """Signed proof of a deletion: canonical JSON (RFC 8785) without content."""

    certificate_id: str
    body: bytes
    signature: bytes
    signing_key_id: str


class DeletionLedger(Protocol):
    """What a purge needs of the ledger beside claim and fail."""

    def destroy_keys(self, lease: Lease) -> Mapping[ArtifactKind, int]:
        """Destroy the data keys of the due kinds; return how many of each, also when called again.

        Raises ``LegalHoldError`` where a hold stands (checked under lock) and ``LeaseLostError``.
        """
        ...

    def complete_purge(self, lease: Lease, deletions: Sequence[KindDeletion], certificate: Certificate) -> None:
        """Commit the deletion: artifacts marked deleted, clocks stopped, certificate kept, audited."""
        ...


# --- what happens to sessions outside their stages ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep put right."""

    leases_expired: int = 0
    quarantined: int = 0
    purges_opened: int = 0
    #: Ready runs nobody may have heard of; ring for them again.
    unrung: tuple[tuple[Stage, RunId], ...] = ()


@dataclass(frozen=True, slots=True)
class StageRunRow:
    """A stage run as status and dashboards show it."""

    run_id: RunId
    session_id: SessionId
    stage: Stage
    generation: int
    status: StageStatus
    attempt: int
    crash_count: int
    reason_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    not_before: datetime | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session with everything the rows say of it."""

    session: Session
    runs: tuple[StageRunRow, ...]
    artifacts: tuple[StoredArtifact, ...]
    clocks: tuple[RetentionClock, ...]
    audio_seconds: float | None
    held: bool


class Registry(WaitingVocabulary, Protocol):
    """Intake, consent, holds and look-ups."""

    def register(
        self,
        session: Session,
        participants: Sequence[Participant],
        recording: StoredArtifact,
        policy: RetentionPolicy,
        voices: int | None,
    ) -> RunId:
        """Accept a session: check consent under lock, snapshot the policy, open the first stage's run.

        ``recording`` is the artifact the first stage reads (a transcript for an imported session). The same
        session with the same ciphertext digest again returns the same run; other content raises
        ``SessionConflictError``. Raises ``ConsentError``.
        """
        ...

    def check_intake(self, session_id: SessionId, participants: Sequence[Participant]) -> None:
        """Raise the ``ConsentError`` that forbids keeping a recording of these people; audited as a refusal."""
        ...

    def record_consents(self, consents: Sequence[Consent], actor: str) -> int:
        """Append decisions; return the newest revision. A denial or withdrawal stops ready and running stages."""
        ...

    def withdraw(
        self, person: PersonRef, purposes: Sequence[Purpose], session_id: SessionId | None, actor: str
    ) -> tuple[SessionId, ...]:
        """Withdraw; stop what is ready or running, make what was made due now; return the sessions touched."""
        ...

    def consents(self, session_id: SessionId) -> tuple[tuple[Participant, ...], tuple[Consent, ...]]:
        """Return who takes part and every decision that applies, oldest first."""
        ...

    def place_hold(self, session_id: SessionId, reason_code: str, actor: str) -> None:
        """Forbid deletion of the session until the hold is lifted."""
        ...

    def lift_hold(self, session_id: SessionId, actor: str) -> None:
        """Allow deletion again."""
        ...

    def make_due(self, session_id: SessionId, kinds: Sequence[ArtifactKind], basis: str, actor: str) -> None:
        """Make kinds due now, as a request for erasure does; open the purge."""
        ...

    def mark_signed(self, session_id: SessionId, actor: str) -> None:
        """Record that a clinician signed the note, which starts the clocks that wait for it."""
        ...

    def sweep(self, unrung_after: timedelta) -> SweepReport:
        """Expire leases, count crashes, quarantine, open due purges; safe to run twice at once."""
        ...

    def retry(self, run_id: RunId, actor: str) -> None:
        """Make a failed or quarantined run ready again with fresh tries."""
        ...

    def session(self, session_id: SessionId) -> SessionRow:
        """Return one session; raise ``SessionUnknownError``."""
        ...

    def sessions(self, limit: int = 1000) -> tuple[SessionRow, ...]:
        """Return the newest sessions first."""
        ...

    def certificates(self, session_id: SessionId) -> tuple[Certificate, ...]:
        """Return the deletion certificates of a session, oldest first."""
        ...
