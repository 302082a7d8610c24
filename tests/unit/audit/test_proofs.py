"""What lies beside the log is held against it: certificates, the newest sessions, checkpoints kept elsewhere."""

import dataclasses
import json

import pytest

from pipeline.audit.check import Problem, ProblemKind, check_audit, problems
from pipeline.audit.checkpoint import add_checkpoint, notes_in
from pipeline.audit.events import Stream
from pipeline.audit.mentions import Mentions
from pipeline.audit.proofs import ProofProblem, check_certificates, check_told
from pipeline.audit.session_events import IntakeRefused
from pipeline.audit.stage_events import DeletionFact, PurgeConfirmed
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.canonical import canonical
from pipeline.domain.session import RunId, SessionId, Stage
from pipeline.ports import Certificate
from tests.unit.audit.chains import MemoryLog, SeededSigner, busy_log

SESSION = SessionId("session-0001")


def deletion(found_after: int = 0, certificate_id: str = "cert-1") -> PurgeConfirmed:
    """Return the entry of a deletion."""
    fact = DeletionFact(ArtifactKind.DRAFT, 1, 1, found_after)
    return PurgeConfirmed(RunId("run-1"), SESSION, Stage.PURGE, 1, 1, (fact,), certificate_id)


def certificate(signer: SeededSigner, found_after: int = 0) -> Certificate:
    """Return the certificate of a deletion."""
    kind = {
        "kind": "draft", "key_id": "key-9", "keys_destroyed": 1, "versions_deleted": 1,
        "versions_found_after": found_after,
    }  # fmt: skip
    body = canonical({"certificate_id": "cert-1", "session_id": SESSION, "deleted": [kind]})
    return Certificate("cert-1", body, signer.sign(body), signer.signing_key_id)


def test_a_certificate_that_says_what_the_log_says_is_good() -> None:
    """A deletion whose certificate is there, signed, and agrees is proved."""
    signer = SeededSigner()

    found = list(check_certificates(MemoryLog.of(deletion()), lambda _: [certificate(signer)], signer))

    assert found == []


@pytest.mark.parametrize("kept", [[], [dataclasses.replace(certificate(SeededSigner()), certificate_id="cert-2")]])
def test_a_certificate_that_is_gone_is_missed(kept: list[Certificate]) -> None:
    """Whoever takes a certificate away is found out by the entry that names it."""
    found = list(check_certificates(MemoryLog.of(deletion()), lambda _: kept, SeededSigner()))

    assert found == [(ProofProblem.CERTIFICATE_MISSING, SESSION)]


@pytest.mark.parametrize(
    "altered",
    [
        certificate(SeededSigner(2)),
        certificate(SeededSigner(), found_after=1),
        dataclasses.replace(certificate(SeededSigner()), body=b"{}"),
        dataclasses.replace(certificate(SeededSigner()), signature=b""),
    ],
)
def test_a_certificate_that_was_altered_is_found(altered: Certificate) -> None:
    """Another's signature, another statement, or another body is no proof."""
    found = list(check_certificates(MemoryLog.of(deletion()), lambda _: [altered], SeededSigner()))

    assert found == [(ProofProblem.CERTIFICATE_ALTERED, SESSION)]


def test_a_session_that_no_entry_names_is_found() -> None:
    """A log that was cut with all its checkpoints still lacks the sessions that are there."""
    log = MemoryLog.of(IntakeRefused(SESSION, "consent_missing", None))

    found = list(check_told(log, [SESSION, SessionId("session-0002")]))

    assert found == [(ProofProblem.SESSION_UNTOLD, "session-0002")]


def test_checkpoints_kept_elsewhere_show_a_cut_that_took_their_own_along() -> None:
    """Whoever cuts the log and deletes its checkpoints does not reach the copies."""
    log, signer = busy_log(), SeededSigner()
    kept = notes_in(f"{add_checkpoint(log, signer)}\n{add_checkpoint(log, signer)}")
    log.notes.clear()
    log.streams[Stream.INTAKE].clear()
    del log.ends[Stream.INTAKE]

    report = check_audit(log, signer, kept)

    assert list(problems(report)) == [(Stream.INTAKE, Problem(ProblemKind.TAIL_MISSING, 1))]
    assert report.checkpoints == 2


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_an_index_that_was_thinned_is_found(seq: int) -> None:
    """Whoever takes a row out of the index hides an entry from its session's story, and is found out by the entry."""
    log = busy_log()
    log.unlisted.add((Stream.TRANSCRIBE, seq))

    report = check_audit(log, None)

    assert list(problems(report)) == [(Stream.TRANSCRIBE, Problem(ProblemKind.MENTION_ASTRAY, seq))]


@pytest.mark.parametrize(
    ("rows", "fits"),
    [
        ([(1, "session-0001")], True),
        ([(1, "session-0002")], False),
        ([(1, "session-0001"), (1, "session-0002")], False),
        ([(1, "session-0001"), (2, "session-0001")], False),
        ([(1, "session-0001"), (3, "session-0001")], False),
    ],
)
def test_an_index_that_leads_elsewhere_is_found(rows: list[tuple[int, SessionId]], fits: object) -> None:
    """A row for another session, for an entry that speaks of none, or for one that is not there leads astray."""
    mentions = Mentions(iter(rows))

    found = (mentions.lead_to(1, "session-0001"), mentions.lead_to(2, None), mentions.are_over)

    assert (found == (True, True, True)) is fits


def test_what_is_no_entry_is_left_to_the_chain() -> None:
    """An unreadable entry is one fault, named once, and stops no other check."""
    log = MemoryLog.of(deletion())
    log.streams[Stream.PURGE][0] = dataclasses.replace(log.streams[Stream.PURGE][0], body=json.dumps([1]).encode())

    assert list(check_certificates(log, lambda _: [], SeededSigner())) == []
