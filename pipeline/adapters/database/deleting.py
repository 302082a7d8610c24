"""Deletion: keys first, in a transaction of their own; a hold wins for as long as they stand."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from pipeline.adapters.database.completing import lock_lease
from pipeline.adapters.database.locking import is_held
from pipeline.adapters.database.retention import stop_clocks
from pipeline.adapters.database.runs import about, change_run
from pipeline.adapters.database.tables import artifacts, certificates, data_keys, upload_parts, uploads
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.database.waiting import forget
from pipeline.audit.stage_events import DeletionFact, KeysDestroyed, PurgeConfirmed
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, StageStatus
from pipeline.errors import LegalHoldError, PurgeIncompleteError
from pipeline.ports import Certificate, KindDeletion, Lease


def destroy_keys(tx: Transaction, lease: Lease) -> Mapping[ArtifactKind, int]:
    """Destroy the keys of the due kinds; return how many this run destroyed of each, in all its attempts."""
    _, run = lock_lease(tx, lease)
    if is_held(tx, lease.session.session_id):
        raise LegalHoldError(session_id=lease.session.session_id)
    destroyed = tx.connection.execute(
        data_keys.update()
        .where(
            data_keys.c.session_id == lease.session.session_id,
            data_keys.c.kind.in_(lease.due),
            data_keys.c.destroyed_at.is_(None),
        )
        .values(wrapped=None, destroyed_at=tx.now, destroyed_by=lease.run_id)
    )
    counts = _destroyed(tx, lease)
    if destroyed.rowcount:
        keys = tuple((kind.value, count) for kind, count in sorted(counts.items()))
        tx.record(KeysDestroyed(**about(run), keys=keys))
    return counts


def complete_purge(tx: Transaction, lease: Lease, deletions: Sequence[KindDeletion], certificate: Certificate) -> None:
    """Commit the deletion; raise ``PurgeIncompleteError`` where a key or a version is left."""
    session_id = lease.session.session_id
    _, run = lock_lease(tx, lease)
    kinds = [deletion.kind for deletion in deletions]
    left = sum(deletion.versions_found_after for deletion in deletions)
    if left or _living_keys(tx, session_id, kinds):
        raise PurgeIncompleteError(session_id=session_id, versions_left=left)
    _mark_deleted(tx, session_id, kinds)
    stop_clocks(tx, session_id, kinds)
    _keep_certificate(tx, lease, certificate)
    facts = tuple(DeletionFact(d.kind, d.keys_destroyed, d.versions_deleted, d.versions_found_after) for d in deletions)
    tx.record(PurgeConfirmed(**about(run), deletions=facts, certificate_id=certificate.certificate_id))
    change_run(tx, run, StageStatus.SUCCEEDED, reason_code=None)


def _destroyed(tx: Transaction, lease: Lease) -> dict[ArtifactKind, int]:
    query = (
        select(data_keys.c.kind, func.count().label("keys"))
        .where(data_keys.c.destroyed_by == lease.run_id)
        .group_by(data_keys.c.kind)
    )
    found = {row["kind"]: row["keys"] for row in tx.rows(query)}
    return {kind: found.get(kind, 0) for kind in lease.due}


def _living_keys(tx: Transaction, session_id: SessionId, kinds: Sequence[ArtifactKind]) -> bool:
    query = select(data_keys.c.key_id).where(
        data_keys.c.session_id == session_id, data_keys.c.kind.in_(kinds), data_keys.c.wrapped.is_not(None)
    )
    return bool(tx.rows(query))


def _mark_deleted(tx: Transaction, session_id: SessionId, kinds: Sequence[ArtifactKind]) -> None:
    tx.connection.execute(
        artifacts.update()
        .where(artifacts.c.session_id == session_id, artifacts.c.kind.in_(kinds), artifacts.c.deleted_at.is_(None))
        .values(deleted_at=tx.now)
    )
    if ArtifactKind.RECORDING in kinds:
        # It may have lain in the parts in which it was uploaded.
        mine = select(uploads.c.upload_id).where(uploads.c.session_id == session_id, uploads.c.wrapped.is_(None))
        tx.connection.execute(upload_parts.delete().where(upload_parts.c.upload_id.in_(mine)))
        forget(tx, session_id)


def _keep_certificate(tx: Transaction, lease: Lease, certificate: Certificate) -> None:
    tx.connection.execute(
        certificates.insert().values(
            certificate_id=certificate.certificate_id,
            session_id=lease.session.session_id,
            run_id=lease.run_id,
            body=certificate.body,
            signature=certificate.signature,
            signing_key_id=certificate.signing_key_id,
            issued_at=tx.now,
        )
    )
