"""Claim and renew: the right to run a stage, given once at a time and only with consent."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, select

from pipeline.adapters.database.locking import (
    Row,
    is_held,
    lock_persons,
    lock_ready_run,
    lock_session,
    participants_of,
)
from pipeline.adapters.database.retention import due_kinds
from pipeline.adapters.database.rows import artifacts_of, current_consents, key_of, keys_of, session_of
from pipeline.adapters.database.runs import about, change_run, refuse_run
from pipeline.adapters.database.steering import lock_start, may_start
from pipeline.adapters.database.tables import data_keys, stage_runs
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.stage_events import StageFailed, StageHeld, StageStarted
from pipeline.domain.artifact import ArtifactKind, DataKey, StoredArtifact
from pipeline.domain.consent import STAGE_PURPOSES, Consent, Participant, require_consent
from pipeline.domain.consent_statement import consent_statement
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.errors import ConsentError, KeyDestroyedError, LegalHoldError, PermanentError
from pipeline.ports import Lease

#: What each stage reads, in the order in which it reads it.
_INPUTS: Mapping[Stage, tuple[ArtifactKind, ...]] = {
    Stage.TRANSCRIBE: (ArtifactKind.RECORDING,),
    Stage.DRAFT: (ArtifactKind.TRANSCRIPT,),
    Stage.VERIFY: (ArtifactKind.DRAFT, ArtifactKind.TRANSCRIPT),
    Stage.PURGE: (),
}
_BATCH = 20


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A ready run under lock, with all that decides whether it may start."""

    run: Row
    session: Row
    people: tuple[Participant, ...]
    consents: tuple[Consent, ...]

    @property
    def stage(self) -> Stage:
        """Return the run's stage."""
        return Stage(self.run["stage"])


def claim(database: Database, stage: Stage, worker_id: WorkerId) -> Lease | None:
    """Take the most urgent ready run that consent and the operators let start, each try in a transaction of its own.

    Finding what is ready takes no lock, so that idle workers cost a busy database nothing.
    """
    tried: list[RunId] = []
    while ready := database.read(lambda tx: _ready(tx, stage, worker_id, tried)):
        for run_id, session_id in ready:
            take = partial(_take, run_id=run_id, session_id=session_id, worker_id=worker_id, stage=stage)
            lease = database.write(take)
            if lease is not None:
                return lease
            tried.append(run_id)
    return None


def renew(tx: Transaction, lease: Lease) -> bool:
    """Extend the lease where the fence still matches."""
    result = tx.connection.execute(
        stage_runs.update()
        .where(
            stage_runs.c.run_id == lease.run_id,
            stage_runs.c.attempt == lease.attempt,
            stage_runs.c.status == StageStatus.RUNNING,
        )
        .values(lease_until=tx.now + tx.limits.lease)
    )
    return result.rowcount == 1


def _ready(tx: Transaction, stage: Stage, worker_id: WorkerId, tried: Sequence[RunId]) -> list[tuple[RunId, SessionId]]:
    query = (
        select(stage_runs.c.run_id, stage_runs.c.session_id)
        .where(
            stage_runs.c.stage == stage,
            stage_runs.c.status == StageStatus.READY,
            stage_runs.c.not_before.is_(None) | (stage_runs.c.not_before <= tx.now),
            stage_runs.c.run_id.not_in(tried),
            may_start(tx, stage, worker_id),
        )
        .order_by(stage_runs.c.priority, stage_runs.c.turn, stage_runs.c.created_at, stage_runs.c.run_id)
        .limit(_BATCH)
    )
    return [(row["run_id"], row["session_id"]) for row in tx.rows(query)]


def _take(tx: Transaction, run_id: RunId, session_id: SessionId, worker_id: WorkerId, stage: Stage) -> Lease | None:
    candidate = _lock(tx, run_id, session_id, partial(lock_start, tx, stage, worker_id))
    if candidate is None:
        return None
    if candidate.stage is Stage.PURGE and is_held(tx, session_id):
        _hold(tx, candidate.run)
        return None
    try:
        rev = require_consent(session_id, STAGE_PURPOSES[candidate.stage], candidate.people, candidate.consents, tx.now)
        inputs = _inputs(tx, candidate.stage, session_id)
    except PermanentError as error:
        _turn_down(tx, candidate.run, error)
        return None
    _start(tx, candidate.run, worker_id, rev)
    return _lease(tx, candidate, worker_id, inputs)


def _lock(
    tx: Transaction, run_id: RunId, session_id: SessionId, lock_start_of: Callable[[], ColumnElement[bool]]
) -> _Candidate | None:
    people = participants_of(tx, session_id)
    lock_persons(tx, [person.person for person in people], writing=False)
    session = lock_session(tx, session_id, writing=False)
    run = lock_ready_run(tx, run_id, lock_start_of())
    if run is None:
        return None
    return _Candidate(run, session, people, current_consents(tx, session_id, people))


def _inputs(tx: Transaction, stage: Stage, session_id: SessionId) -> dict[ArtifactKind, StoredArtifact]:
    found = artifacts_of(tx, session_id)
    try:
        inputs = {kind: found[kind] for kind in _INPUTS[stage]}
    except KeyError:
        raise KeyDestroyedError(session_id=session_id) from None
    if not all(artifact.data_key.wrapped for artifact in inputs.values()):
        raise KeyDestroyedError(session_id=session_id)
    return inputs


def _start(tx: Transaction, run: Row, worker_id: WorkerId, rev: int) -> None:
    attempt = run["attempt"] + 1
    tx.connection.execute(
        stage_runs.update()
        .where(stage_runs.c.run_id == run["run_id"])
        .values(
            status=StageStatus.RUNNING,
            attempt=attempt,
            worker_id=worker_id,
            lease_until=tx.now + tx.limits.lease,
            not_before=None,
            consent_rev=rev,
            started_at=tx.now,
            finished_at=None,
            reason_code=None,
        )
    )
    tx.record(StageStarted(**{**about(run), "attempt": attempt}, worker_id=worker_id, consent_rev=rev))


def _lease(
    tx: Transaction, candidate: _Candidate, worker_id: WorkerId, inputs: Mapping[ArtifactKind, StoredArtifact]
) -> Lease:
    run = candidate.run
    session = session_of(candidate.session)
    due = due_kinds(tx, session.session_id) if candidate.stage is Stage.PURGE else ()
    return Lease(
        RunId(run["run_id"]),
        session,
        candidate.stage,
        run["generation"],
        run["attempt"] + 1,
        worker_id,
        inputs,
        _newest_keys(tx, session.session_id, due) if due else keys_of(tx, session.session_id),
        due,
        _facts(candidate),
        tx.now - (run["ready_at"] or run["created_at"]),
    )


def _newest_keys(tx: Transaction, session_id: SessionId, kinds: Sequence[ArtifactKind]) -> dict[ArtifactKind, DataKey]:
    """Return the keys of these kinds, destroyed ones too: the certificate names them, even after a crash."""
    query = select(data_keys).where(data_keys.c.session_id == session_id, data_keys.c.kind.in_(kinds))
    return {row["kind"]: key_of(row) for row in tx.rows(query.order_by(data_keys.c.created_at))}


def _facts(candidate: _Candidate) -> dict[str, str | int]:
    session, people = candidate.session, candidate.people
    roles = Counter(person.role for person in people)
    facts: dict[str, str | int] = {f"participants.{role}": count for role, count in sorted(roles.items())}
    facts["consent_statement"] = consent_statement(people, candidate.consents)
    if session["voices"] is not None:
        facts["voices"] = session["voices"]
    if session["audio_ms"] is not None:
        facts["audio_seconds"] = round(session["audio_ms"] / 1000)
    return facts


def _hold(tx: Transaction, run: Row) -> None:
    tx.record(StageHeld(**about(run)))
    change_run(tx, run, StageStatus.HELD, reason_code=LegalHoldError.reason_code)


def _turn_down(tx: Transaction, run: Row, error: PermanentError) -> None:
    """End a run that may not start, or whose inputs are gone."""
    if isinstance(error, ConsentError):
        refuse_run(tx, run, error.reason_code)
        return
    name = type(error).__name__
    tx.record(StageFailed(**about(run), reason_code=error.reason_code, error=name, will_retry=False))
    change_run(tx, run, StageStatus.FAILED, reason_code=error.reason_code)
