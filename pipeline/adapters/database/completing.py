"""Complete: the result, its keys, the next stage and the audit entry, in one transaction or not at all."""

from collections.abc import Sequence

from sqlalchemy import select

from pipeline.adapters.database.locking import (
    Row,
    lock_leased_run,
    lock_persons,
    lock_session,
    participants_of,
)
from pipeline.adapters.database.retention import mark_moment, open_due_purge, restart_clock
from pipeline.adapters.database.rows import current_consents
from pipeline.adapters.database.runs import about, change_run, open_run, refuse_run
from pipeline.adapters.database.tables import artifacts, data_keys, sessions
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.events import artifact_fact, engine_fact
from pipeline.audit.stage_events import StageSucceeded
from pipeline.domain.artifact import DataKey, StoredArtifact
from pipeline.domain.consent import STAGE_PURPOSES, require_consent
from pipeline.domain.retention import RetentionTrigger
from pipeline.domain.session import RunId, Stage, StageStatus, next_stage
from pipeline.errors import ConsentError, KeyDestroyedError
from pipeline.ports import Lease, StageFacts


def complete(
    tx: Transaction, lease: Lease, stored: Sequence[StoredArtifact], facts: StageFacts
) -> tuple[RunId, ...] | ConsentError:
    """Commit the result and return the runs it opened, or return the error where consent ended meanwhile."""
    session, run = lock_lease(tx, lease)
    refusal = _refusal(tx, lease)
    if refusal is not None:
        refuse_run(tx, run, refusal.reason_code)
        return refusal
    for artifact in stored:
        keep_artifact(tx, artifact, lease.run_id)
    audio_ms = _finish(tx, run, stored, facts)
    return _open_next(tx, lease, {**session, "audio_ms": audio_ms or session["audio_ms"]})


def lock_lease(tx: Transaction, lease: Lease) -> tuple[Row, Row]:
    """Lock the people, the session and the run of a lease; raise ``LeaseLostError``."""
    people = participants_of(tx, lease.session.session_id)
    lock_persons(tx, [person.person for person in people], writing=False)
    session = lock_session(tx, lease.session.session_id, writing=True)
    return session, lock_leased_run(tx, lease)


def keep_artifact(tx: Transaction, artifact: StoredArtifact, run_id: RunId | None) -> None:
    """Insert the artifact and its key, and run its clock again if a purge had stopped it.

    What it replaces stays listed until its kind is purged.
    """
    restart_clock(tx, artifact.session_id, artifact.kind)
    _keep_key(tx, artifact)
    tx.connection.execute(
        artifacts.update()
        .where(
            artifacts.c.session_id == artifact.session_id,
            artifacts.c.kind == artifact.kind,
            artifacts.c.superseded_at.is_(None),
            artifacts.c.deleted_at.is_(None),
        )
        .values(superseded_at=tx.now)
    )
    tx.connection.execute(artifacts.insert().values(**artifact_values(tx, artifact, run_id)))


def artifact_values(tx: Transaction, artifact: StoredArtifact, run_id: RunId | None) -> dict[str, object]:
    """Return the artifact as a row."""
    return {
        "object_key": artifact.object_key,
        "session_id": artifact.session_id,
        "kind": artifact.kind,
        "attempt": artifact.attempt,
        "key_id": artifact.data_key.key_id,
        "ciphertext_sha256": artifact.ciphertext_sha256,
        "ciphertext_bytes": artifact.ciphertext_bytes,
        "run_id": run_id,
        "created_at": tx.now,
    }


def key_values(tx: Transaction, artifact: StoredArtifact) -> dict[str, object]:
    """Return the artifact's data key as a row."""
    key: DataKey = artifact.data_key
    return {
        "key_id": key.key_id,
        "session_id": artifact.session_id,
        "kind": artifact.kind,
        "wrapped": key.wrapped,
        "wrapping_key_id": key.wrapping_key_id,
        "created_at": tx.now,
    }


def _keep_key(tx: Transaction, artifact: StoredArtifact) -> None:
    key: DataKey = artifact.data_key
    query = select(data_keys.c.destroyed_at).where(data_keys.c.key_id == key.key_id)
    known = tx.row(query)
    if known is not None and known["destroyed_at"] is not None:
        raise KeyDestroyedError(session_id=artifact.session_id)
    if known is None:
        tx.connection.execute(data_keys.insert().values(**key_values(tx, artifact)))


def _refusal(tx: Transaction, lease: Lease) -> ConsentError | None:
    session_id = lease.session.session_id
    people = participants_of(tx, session_id)
    consents = current_consents(tx, session_id, people)
    try:
        require_consent(session_id, STAGE_PURPOSES[lease.stage], people, consents, tx.now)
    except ConsentError as error:
        return error
    return None


def _finish(tx: Transaction, run: Row, stored: Sequence[StoredArtifact], facts: StageFacts) -> int | None:
    """Record the success; return the length of the sound where this stage found it out."""
    audio_ms = None if facts.audio_seconds is None else round(facts.audio_seconds * 1000)
    if audio_ms is not None:
        mine = sessions.c.session_id == run["session_id"]
        tx.connection.execute(sessions.update().where(mine).values(audio_ms=audio_ms))
    change_run(tx, run, StageStatus.SUCCEEDED, reason_code=None, audio_ms=audio_ms or run["audio_ms"])
    tx.record(
        StageSucceeded(
            **about(run),
            artifacts=tuple(artifact_fact(artifact) for artifact in stored),
            engines=tuple(engine_fact(engine) for engine in facts.engines),
            counts=facts.counts,
            audio_ms=audio_ms,
        )
    )
    return audio_ms


def _open_next(tx: Transaction, lease: Lease, session: Row) -> tuple[RunId, ...]:
    if lease.stage is Stage.VERIFY:
        mark_moment(tx, lease.session.session_id, RetentionTrigger.VERIFIED)
        opened = open_due_purge(tx, session)
    else:
        following = next_stage(lease.stage)
        opened = None if following is None else open_run(tx, session, following)
    return () if opened is None else (opened,)
