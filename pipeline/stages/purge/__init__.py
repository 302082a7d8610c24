"""Purge: destroy the keys, delete every version, list again, and say so under signature."""

import uuid
from dataclasses import dataclass

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.canonical import canonical
from pipeline.errors import PurgeIncompleteError
from pipeline.ports import ArtifactStore, Certificate, Clock, DeletionLedger, KindDeletion, Lease, Signer

__all__ = ["Purged", "purge"]

METHOD = "cryptographic erase, then deletion of every object version (NIST SP 800-88r2)"
CIPHER = "AES-256-GCM"
#: What this deletion cannot reach; a proof that hid it would claim more than was done (decision 9).
OUT_OF_REACH = (
    "database backups, write-ahead logs and replicas: wrapped keys, until those expire",
    "reports and exports that a person saved",
)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did, and its proof."""

    deletions: tuple[KindDeletion, ...]
    certificate: Certificate


def purge(lease: Lease, *, ledger: DeletionLedger, artifacts: ArtifactStore, signer: Signer, clock: Clock) -> Purged:
    """Delete what is due of a session and prove it; safe to repeat from any point.

    The keys go first: from then on nothing can be read, whatever happens to the objects.
    Raises ``LegalHoldError``, ``LeaseLostError``, and ``PurgeIncompleteError`` where a version is still listed.
    """
    started = clock.now()
    keys = ledger.destroy_keys(lease)
    deletions = tuple(_delete(lease, kind, keys.get(kind, 0), artifacts) for kind in lease.due)
    left = sum(deletion.versions_found_after for deletion in deletions)
    if left:
        raise PurgeIncompleteError(session_id=lease.session.session_id, versions_left=left)
    times = {"started_at": started.isoformat(), "finished_at": clock.now().isoformat()}
    return Purged(deletions, _certify(lease, deletions, times, signer))


def _delete(lease: Lease, kind: ArtifactKind, keys_destroyed: int, artifacts: ArtifactStore) -> KindDeletion:
    session_id = lease.session.session_id
    deleted = artifacts.destroy(session_id, kind)
    return KindDeletion(kind, keys_destroyed, deleted, artifacts.remaining(session_id, kind))


def _certify(lease: Lease, deletions: tuple[KindDeletion, ...], times: dict[str, str], signer: Signer) -> Certificate:
    certificate_id = f"cert-{uuid.uuid4().hex}"
    body = canonical(
        {
            "v": 1,
            "certificate_id": certificate_id,
            "session_id": lease.session.session_id,
            "run_id": lease.run_id,
            "generation": lease.generation,
            "method": METHOD,
            "cipher": CIPHER,
            "signing_key_id": signer.signing_key_id,
            "deleted": [_row(lease, deletion) for deletion in deletions],
            "out_of_reach": list(OUT_OF_REACH),
            **times,
        }
    )
    return Certificate(certificate_id, body, signer.sign(body), signer.signing_key_id)


def _row(lease: Lease, deletion: KindDeletion) -> dict[str, str | int]:
    key = lease.keys.get(deletion.kind)
    return {
        "kind": deletion.kind,
        "key_id": "" if key is None else key.key_id,
        "keys_destroyed": deletion.keys_destroyed,
        "versions_deleted": deletion.versions_deleted,
        "versions_found_after": deletion.versions_found_after,
    }
