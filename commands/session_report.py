"""Everything there is to show of one session, gathered from rows, artifacts and audit."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from config.wiring import Wiring
from pipeline.adapters.report import DeletionProof, SessionReport, StreamCheck
from pipeline.audit.check import check_audit
from pipeline.audit.events import Stream
from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.documents.note import note_from_bytes
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.documents.verification import verification_from_bytes
from pipeline.domain.session import SessionId
from pipeline.ports import Certificate, KindDeletion, SessionRow


@dataclass(frozen=True, slots=True)
class SessionDocuments:
    """The documents of a session, as bytes; empty where the pipeline did not get that far."""

    transcript: bytes = field(default=b"", repr=False)
    note: bytes = field(default=b"", repr=False)
    verdicts: bytes = field(default=b"", repr=False)


def read_documents(wiring: Wiring, row: SessionRow) -> SessionDocuments:
    """Decrypt a session's documents."""
    by_kind = {artifact.kind: artifact for artifact in row.artifacts}
    return SessionDocuments(
        _read(wiring, by_kind.get(ArtifactKind.TRANSCRIPT)),
        _read(wiring, by_kind.get(ArtifactKind.DRAFT)),
        _read(wiring, by_kind.get(ArtifactKind.VERDICTS)),
    )


def gather(wiring: Wiring, session_id: SessionId) -> SessionReport:
    """Return the report of a session as it stands."""
    row = wiring.ledger.session(session_id)
    documents = read_documents(wiring, row)
    participants, consents = wiring.ledger.consents(session_id)
    return SessionReport(
        session=row.session,
        made_at=wiring.clock.now(),
        software_version=version("nightscribe"),
        zone=wiring.clock.now().astimezone().tzinfo or UTC,
        recorded_seconds=row.audio_seconds,
        note=note_from_bytes(documents.note) if documents.note else None,
        verification=verification_from_bytes(documents.verdicts) if documents.verdicts else None,
        transcript=transcript_from_bytes(documents.transcript) if documents.transcript else None,
        runs=row.runs,
        participants=participants,
        consents=consents,
        clocks=tuple(clock for clock in row.clocks if clock.kind in {a.kind for a in row.artifacts}),
        deletions=tuple(_proof(wiring, c) for c in wiring.ledger.certificates(session_id)),
        streams=check_streams(wiring),
        held=row.held,
    )


def check_streams(wiring: Wiring) -> tuple[StreamCheck, ...]:
    """Check every audit stream."""
    report = check_audit(wiring.ledger, wiring.signer)
    return tuple(StreamCheck(s.stream, s.entries, s.problem.seq if s.problem else None) for s in report.streams)


def audit_lines(wiring: Wiring, session_id: SessionId) -> str:
    """Return a session's audit entries, stream after stream, as JSON Lines."""
    with wiring.ledger.audit_snapshot() as snapshot:
        bodies = (entry.body for stream in Stream for entry in snapshot.entries(stream))
        own = [body.decode() for body in bodies if json.loads(body)["facts"].get("session_id") == session_id]
    return "".join(f"{line}\n" for line in own)


def _read(wiring: Wiring, artifact: StoredArtifact | None) -> bytes:
    if artifact is None:
        return b""
    with wiring.artifacts.read(artifact) as body:
        return body.read()


def _proof(wiring: Wiring, certificate: Certificate) -> DeletionProof:
    body = json.loads(certificate.body)
    deletions = tuple(
        KindDeletion(ArtifactKind(d["kind"]), d["keys_destroyed"], d["versions_deleted"], d["versions_found_after"])
        for d in body["deleted"]
    )
    holds = wiring.signer.check(certificate.body, certificate.signature)
    return DeletionProof(
        certificate.certificate_id,
        datetime.fromisoformat(body["finished_at"]),
        deletions,
        certificate.signing_key_id,
        holds,
    )
