"""Builders of what tests start from; every name and byte in them is invented."""

import functools
import itertools
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.adapters.database import LedgerLimits, SqlLedger, create_ledger, migrate
from pipeline.adapters.database.transactions import Now
from pipeline.domain.artifact import ArtifactKind, DataKey, KeyId, StoredArtifact, object_key
from pipeline.domain.consent import Consent, ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.note import NoteFormat
from pipeline.domain.retention import RetentionPolicy, RetentionRule, RetentionTrigger
from pipeline.domain.session import RunId, Session, SessionId, SessionKind, Stage, WorkerId, new_session_id
from pipeline.ports import Lease, Registry, StageFacts
from tests.stage_outputs import OUTPUTS

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
WORKER = WorkerId("worker-1")

_serial = itertools.count(1)


def make_ledger(folder: Path, limits: LedgerLimits | None = None, now: Now | None = None) -> SqlLedger:
    """Return a ledger on a fresh, migrated SQLite database in ``folder``."""
    path = folder / "ledger.db"
    shutil.copyfile(_migrated_sqlite(), path)
    return create_ledger(f"sqlite:///{path}", limits, now)


@functools.cache
def _migrated_sqlite() -> Path:
    path = Path(tempfile.mkdtemp(prefix="nightscribe-test-")) / "template.db"
    migrate(f"sqlite:///{path}")
    return path


def two_people(client: str = "person-client", clinician: str = "person-clinician") -> tuple[Participant, ...]:
    """Return a client and a clinician."""
    return (
        Participant(PersonRef(client), ParticipantRole.CLIENT),
        Participant(PersonRef(clinician), ParticipantRole.CLINICIAN),
    )


def permits(
    people: Sequence[Participant],
    purposes: Sequence[Purpose] = tuple(Purpose),
    session_id: SessionId | None = None,
    valid_to: datetime | None = None,
) -> tuple[Consent, ...]:
    """Return everyone's permission for every purpose."""
    return tuple(
        Consent(
            person.person,
            purpose,
            ConsentDecision.PERMIT,
            LONG_AGO,
            valid_to,
            session_id,
            form_version="2026-01",
        )
        for person in people
        for purpose in purposes
    )


def keep_days(days: float = 30, trigger: RetentionTrigger = RetentionTrigger.VERIFIED) -> RetentionPolicy:
    """Return a policy that keeps every kind so many days after the trigger."""
    rules = tuple(RetentionRule(kind, trigger, timedelta(days=days), basis="test") for kind in ArtifactKind)
    return RetentionPolicy("policy-test", rules)


def make_session(session_id: SessionId | None = None, kind: SessionKind = SessionKind.RECORDED) -> Session:
    """Return a session as intake would describe it."""
    chosen = session_id or new_session_id()
    return Session(
        chosen, kind, NoteFormat.DAP, "US-CA", LONG_AGO, clinician="person-clinician", expected_seconds=600.0
    )


def stored(session_id: SessionId, kind: ArtifactKind, attempt: int = 0, key: DataKey | None = None) -> StoredArtifact:
    """Return an artifact that no store holds, under ``key`` or a new one."""
    serial = next(_serial)
    key = key or DataKey(KeyId(f"key-{serial}"), f"wrapped-{serial}".encode(), "wrapping-test")
    return StoredArtifact(
        session_id, kind, attempt, object_key(session_id, kind, key.key_id, attempt), key, f"{serial:064x}", 1000
    )


@dataclass(frozen=True, slots=True)
class AcceptedSession:
    """A session that intake accepted."""

    session: Session
    run_id: RunId
    people: tuple[Participant, ...]
    recording: StoredArtifact

    @property
    def session_id(self) -> SessionId:
        """Return its id."""
        return self.session.session_id


def accepted_session(
    registry: Registry,
    session: Session | None = None,
    *,
    people: tuple[Participant, ...] | None = None,
    consents: Sequence[Consent] | None = None,
    policy: RetentionPolicy | None = None,
) -> AcceptedSession:
    """Record everyone's consent and register a session."""
    session = session or make_session()
    people = people or two_people()
    registry.record_consents(permits(people) if consents is None else consents, "test")
    kind = ArtifactKind.TRANSCRIPT if session.kind is SessionKind.IMPORTED else ArtifactKind.RECORDING
    recording = stored(session.session_id, kind)
    run_id = registry.register(session, people, recording, policy or keep_days(), 2)
    return AcceptedSession(session, run_id, people, recording)


def finish(ledger: SqlLedger, lease: Lease) -> Sequence[RunId]:
    """Complete a lease with invented outputs; return the runs it opened."""
    made = [
        stored(lease.session.session_id, kind, lease.attempt, lease.keys.get(kind)) for kind in OUTPUTS[lease.stage]
    ]
    return ledger.complete(lease, made, StageFacts(audio_seconds=600.0 if lease.stage is Stage.TRANSCRIBE else None))


def taken(ledger: SqlLedger, stage: Stage, worker_id: WorkerId = WORKER) -> Lease:
    """Claim a run of the stage that must be ready."""
    lease = ledger.claim(stage, worker_id)
    assert lease is not None
    return lease


def run_through(ledger: SqlLedger, *stages: Stage) -> Sequence[RunId]:
    """Claim and finish each stage in turn; return the runs the last one opened."""
    opened: Sequence[RunId] = ()
    for stage in stages or tuple(OUTPUTS):
        opened = finish(ledger, taken(ledger, stage))
    return opened
