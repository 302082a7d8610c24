"""Hold what lies beside the log against it: deletion certificates, and sessions that the log must know."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pipeline.audit.events import Stream
from pipeline.audit.source import AuditSnapshot
from pipeline.domain.session import SessionId
from pipeline.ports import Certificate, Signer


class ProofProblem(StrEnum):
    """What can be wrong beside a log that is whole in itself."""

    #: The log tells of a certificate that is not there.
    CERTIFICATE_MISSING = "certificate_missing"
    #: A certificate is not signed by the key at hand, or says other than the log.
    CERTIFICATE_ALTERED = "certificate_altered"
    #: A session is there of which the log knows nothing: its end was cut off, checkpoints and all.
    SESSION_UNTOLD = "session_untold"


def check_certificates(
    snapshot: AuditSnapshot, certificates: Callable[[SessionId], Sequence[Certificate]], signer: Signer
) -> Iterator[tuple[ProofProblem, str]]:
    """Yield what is wrong with the certificates of the deletions in the log, and of which session."""
    for entry in snapshot.entries(Stream.PURGE):
        told = _entry(entry.body)
        if told.get("event") == "purge_confirmed":
            facts = told["facts"]
            kept = {each.certificate_id: each for each in certificates(SessionId(facts["session_id"]))}
            certificate = kept.get(facts["certificate_id"])
            if certificate is None:
                yield ProofProblem.CERTIFICATE_MISSING, facts["session_id"]
            elif not _agrees(certificate, facts, signer):
                yield ProofProblem.CERTIFICATE_ALTERED, facts["session_id"]


def check_told(snapshot: AuditSnapshot, sessions: Iterable[SessionId]) -> Iterator[tuple[ProofProblem, str]]:
    """Yield the sessions that no entry of intake names."""
    told = {_entry(entry.body).get("facts", {}).get("session_id") for entry in snapshot.entries(Stream.INTAKE)}
    for session_id in sessions:
        if session_id not in told:
            yield ProofProblem.SESSION_UNTOLD, session_id


def _entry(body: bytes) -> Mapping[str, Any]:
    # An entry that cannot be read is the chain's matter.
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _agrees(certificate: Certificate, facts: Mapping[str, Any], signer: Signer) -> bool:
    if not signer.check(certificate.body, certificate.signature):
        return False
    said = json.loads(certificate.body)
    deleted = [{name: kind[name] for name in kind if name != "key_id"} for kind in said["deleted"]]
    named = (said["certificate_id"], said["session_id"])
    return named == (facts["certificate_id"], facts["session_id"]) and deleted == list(facts["deletions"])
