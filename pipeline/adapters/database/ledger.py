"""The ledger on SQL: every method is one transaction, or several that each leave the truth whole."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TypeVar

from pipeline.adapters.database import (
    arriving,
    auditing,
    claiming,
    completing,
    consenting,
    deleting,
    failing,
    intake,
    living,
    operating,
    reading,
    retrying,
    sweeping,
)
from pipeline.adapters.database.engine import create_database_engine
from pipeline.adapters.database.operations import SqlOperations
from pipeline.adapters.database.queue_view import SqlQueueView
from pipeline.adapters.database.transactions import Database, LedgerLimits, Now, database_now
from pipeline.adapters.database.waiting import SqlVocabularies
from pipeline.audit.source import AuditSnapshot
from pipeline.domain.artifact import ArtifactKind, ObjectKey, StoredArtifact
from pipeline.domain.consent import Consent, Participant, PersonRef, Purpose
from pipeline.domain.retention import RetentionPolicy
from pipeline.domain.session import RunId, Session, SessionId, Stage, WorkerId
from pipeline.errors import ConsentError, PipelineError
from pipeline.ports import Certificate, KindDeletion, Lease, SessionRow, StageFacts, SweepReport
from pipeline.ports.arrivals import Arrival, ArrivalState, ExpectedSession
from pipeline.ports.workers import WorkerFacts, WorkerRow

T = TypeVar("T")


def create_ledger(url: str, limits: LedgerLimits | None = None, now: Now | None = None) -> "SqlLedger":
    """Return a ledger on a migrated database; ``now`` stands in for the database's clock in simulations."""
    return SqlLedger(Database(create_database_engine(url), limits or LedgerLimits(), now or database_now))


class SqlLedger(SqlOperations, SqlQueueView, SqlVocabularies):
    """Every ledger port on SQLite or PostgreSQL, the audit log included."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def close(self) -> None:
        """Close every connection."""
        self.database.engine.dispose()

    def claim(self, stage: Stage, worker_id: WorkerId) -> Lease | None:
        """Take the most urgent ready run of the stage, or return ``None``."""
        return claiming.claim(self.database, stage, worker_id)

    def renew(self, lease: Lease) -> bool:
        """Extend the lease; ``False`` says that it is lost."""
        return self.database.write(lambda tx: claiming.renew(tx, lease))

    def complete(self, lease: Lease, artifacts: Sequence[StoredArtifact], facts: StageFacts) -> Sequence[RunId]:
        """Commit the result and what follows from it."""
        return _or_raise(self.database.write(lambda tx: completing.complete(tx, lease, artifacts, facts)))

    def fail(self, lease: Lease, error: PipelineError) -> None:
        """Record a failure."""
        self.database.write(lambda tx: failing.fail(tx, lease, error))

    def release(self, lease: Lease) -> None:
        """Give the stage back untried."""
        self.database.write(lambda tx: failing.release(tx, lease))

    def destroy_keys(self, lease: Lease) -> Mapping[ArtifactKind, int]:
        """Destroy the data keys of the due kinds, and what the database still remembers of them."""
        counts = self.database.write(lambda tx: deleting.destroy_keys(tx, lease))
        self.database.forget_overwritten()
        return counts

    def complete_purge(self, lease: Lease, deletions: Sequence[KindDeletion], certificate: Certificate) -> None:
        """Commit the deletion."""
        self.database.write(lambda tx: deleting.complete_purge(tx, lease, deletions, certificate))

    def register(
        self,
        session: Session,
        participants: Sequence[Participant],
        recording: StoredArtifact,
        policy: RetentionPolicy,
        voices: int | None,
    ) -> RunId:
        """Accept a session and open its first stage."""
        announced = intake.Announcement(session, tuple(participants), policy, voices)
        return _or_raise(self.database.write(lambda tx: intake.register(tx, announced, recording)))

    def check_intake(self, session_id: SessionId, participants: Sequence[Participant]) -> None:
        """Raise the ``ConsentError`` that forbids keeping a recording of these people."""
        _or_raise(self.database.write(lambda tx: intake.check_intake(tx, session_id, participants)))

    def record_consents(self, consents: Sequence[Consent], actor: str) -> int:
        """Append decisions; return the newest revision."""
        return self.database.write(lambda tx: consenting.record_consents(tx, consents, actor))

    def withdraw(
        self, person: PersonRef, purposes: Sequence[Purpose], session_id: SessionId | None, actor: str
    ) -> tuple[SessionId, ...]:
        """Withdraw; return the sessions touched."""
        return self.database.write(lambda tx: consenting.withdraw(tx, person, purposes, session_id, actor))

    def consents(self, session_id: SessionId) -> tuple[tuple[Participant, ...], tuple[Consent, ...]]:
        """Return who takes part and every decision that applies, oldest first."""
        return self.database.read(lambda tx: reading.session_consents(tx, session_id))

    def place_hold(self, session_id: SessionId, reason_code: str, actor: str) -> None:
        """Forbid deletion until the hold is lifted."""
        self.database.write(lambda tx: operating.place_hold(tx, session_id, reason_code, actor))

    def lift_hold(self, session_id: SessionId, actor: str) -> None:
        """Allow deletion again."""
        self.database.write(lambda tx: operating.lift_hold(tx, session_id, actor))

    def make_due(self, session_id: SessionId, kinds: Sequence[ArtifactKind], basis: str, actor: str) -> None:
        """Make kinds due now."""
        self.database.write(lambda tx: operating.make_due(tx, session_id, kinds, basis, actor))

    def mark_signed(self, session_id: SessionId, actor: str) -> None:
        """Record that a clinician signed."""
        self.database.write(lambda tx: operating.mark_signed(tx, session_id, actor))

    def sweep(self, unrung_after: timedelta) -> SweepReport:
        """Put right what was left behind."""
        return sweeping.sweep(self.database, unrung_after)

    def retry(self, run_id: RunId, actor: str) -> None:
        """Make a run that ended badly ready again."""
        self.database.write(lambda tx: retrying.retry(tx, run_id, actor))

    def session(self, session_id: SessionId) -> SessionRow:
        """Return one session; raise ``SessionUnknownError``."""
        return self.database.read(lambda tx: reading.session(tx, session_id))

    def sessions(self, limit: int = 1000) -> tuple[SessionRow, ...]:
        """Return the newest sessions first."""
        return self.database.read(lambda tx: reading.newest_sessions(tx, limit))

    def certificates(self, session_id: SessionId) -> tuple[Certificate, ...]:
        """Return the deletion certificates, oldest first."""
        return self.database.read(lambda tx: reading.session_certificates(tx, session_id))

    def object_keys(self, session_id: SessionId) -> frozenset[ObjectKey]:
        """Return the objects that rows speak of; any other under the session is an orphan."""
        return self.database.read(lambda tx: reading.object_keys(tx, session_id))

    def expect_session(
        self, session: Session, participants: Sequence[Participant], policy: RetentionPolicy, voices: int | None
    ) -> None:
        """Announce a session ahead of its recording."""
        announced = intake.Announcement(session, tuple(participants), policy, voices)
        self.database.write(lambda tx: intake.expect(tx, announced))

    def expected(self, session_id: SessionId) -> ExpectedSession:
        """Return the session as announced or accepted."""
        return self.database.read(lambda tx: reading.expected(tx, session_id))

    def record_arrival(self, bucket: str, key_digest: str, version_id: str) -> str:
        """Note an inbound object and return its arrival id."""
        return self.database.write(lambda tx: arriving.record_arrival(tx, bucket, key_digest, version_id))

    def settle_arrival(
        self, arrival_id: str, state: ArrivalState, reason_code: str | None = None, session_id: SessionId | None = None
    ) -> None:
        """Record what became of an inbound object."""
        self.database.write(lambda tx: arriving.settle_arrival(tx, arrival_id, state, reason_code, session_id))

    def arrivals(self, state: ArrivalState | None = None, limit: int = 1000) -> tuple[Arrival, ...]:
        """Return arrivals, oldest first."""
        return self.database.read(lambda tx: arriving.found_arrivals(tx, state, limit))

    def beat_worker(self, worker_id: WorkerId, stage: Stage, state: str, facts: WorkerFacts | None = None) -> None:
        """Note that a worker lives and what it does."""
        self.database.write(lambda tx: living.beat_worker(tx, worker_id, stage, state, facts or WorkerFacts()))

    def workers(self) -> tuple[WorkerRow, ...]:
        """Return every worker heard of, the latest first."""
        return self.database.read(living.all_workers)

    def audit_snapshot(self) -> AbstractContextManager[AuditSnapshot]:
        """Return the audit log as it is now."""
        return auditing.audit_snapshot(self.database)

    def keep_checkpoint(self, note: str) -> None:
        """Keep a signed checkpoint beside the log."""
        self.database.write(lambda tx: auditing.keep_checkpoint(tx, note))


def _or_raise(outcome: T | ConsentError) -> T:
    """Raise a refusal only now that its audit entry is committed."""
    if isinstance(outcome, ConsentError):
        raise outcome
    return outcome
