"""State and audit entry, which exist together or not at all, on every database."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.keys.local_signer import LocalSigner
from pipeline.audit.check import Problem, ProblemKind, check_audit, problems
from pipeline.audit.checkpoint import add_checkpoint
from pipeline.domain.session import Stage, StageStatus
from tests.factories import accepted_session, finish, run_through, taken
from tests.ledger_views import entries, outline, status_of


@pytest.fixture
def signer(tmp_path: Path) -> LocalSigner:
    """Return a signer with a key of this test's own."""
    return LocalSigner.create(tmp_path / "keys" / "signing.json")


def execute(ledger: SqlLedger, *statements: str) -> None:
    """Do what only the database's owner can."""
    with ledger.database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def unguarded(ledger: SqlLedger) -> SqlLedger:
    """Take away what forbids changes to the log, as its owner can."""
    if ledger.database.engine.dialect.name == "sqlite":
        execute(ledger, "DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete")
    else:
        execute(ledger, "ALTER TABLE audit_entries DISABLE TRIGGER USER")
    return ledger


def test_log_of_a_whole_run_is_intact(ledger: SqlLedger, signer: LocalSigner) -> None:
    """After work in every stage, each chain holds and agrees with its head and the checkpoint."""
    accepted_session(ledger)
    run_through(ledger)
    add_checkpoint(ledger, signer)

    report = check_audit(ledger, signer)

    assert report.intact
    assert report.checkpoints == 1
    assert {stream.stream.value: stream.entries for stream in report.streams} == {
        "transcribe": 3,
        "draft": 3,
        "verify": 3,
        "purge": 0,
        "intake": 1,
        "consent": 24,
        "operator": 0,
        "access": 0,
    }


def test_state_without_its_entry_is_not_committed(ledger: SqlLedger) -> None:
    """Where the audit entry cannot be written, the result, its keys and the next stage are not there either."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    before = ledger.session(accepted.session_id)
    execute(ledger, "ALTER TABLE audit_entries RENAME TO audit_entries_away")

    with pytest.raises(Exception, match=r"database_(unavailable|older)"):
        finish(ledger, lease)

    execute(ledger, "ALTER TABLE audit_entries_away RENAME TO audit_entries")
    assert ledger.session(accepted.session_id) == before
    assert outline(ledger, accepted.session_id) == [("transcribe", "running")]
    finish(ledger, lease)
    assert status_of(ledger, accepted.session_id, Stage.DRAFT) is StageStatus.READY


@pytest.mark.parametrize("verb", ["UPDATE audit_entries SET body = '{}'", "DELETE FROM audit_entries"])
def test_log_cannot_be_changed(ledger: SqlLedger, verb: str) -> None:
    """The database itself refuses to change or shorten the log."""
    accepted_session(ledger)

    with pytest.raises(DBAPIError, match="append-only"):
        execute(ledger, verb)


def test_log_cannot_be_emptied(ledger: SqlLedger) -> None:
    """PostgreSQL's way to empty a table at once is refused too; SQLite has none."""
    accepted_session(ledger)
    empty = (
        "TRUNCATE audit_entries" if ledger.database.engine.dialect.name == "postgresql" else "DELETE FROM audit_entries"
    )

    with pytest.raises(DBAPIError, match="append-only"):
        execute(ledger, empty)


def test_changed_entry_is_found(ledger: SqlLedger) -> None:
    """One changed word in a body breaks the chain at that entry."""
    accepted_session(ledger)
    run_through(ledger)
    execute(
        unguarded(ledger),
        "UPDATE audit_entries SET body = replace(body, 'worker-1', 'worker-9') WHERE stream = 'draft' AND seq = 2",
    )

    report = check_audit(ledger, None)

    assert dict(problems(report)) == {"draft": Problem(ProblemKind.CHAIN_BROKEN, 2)}


def test_entry_cut_out_is_found(ledger: SqlLedger) -> None:
    """A gap shows at the entry that is missing."""
    accepted_session(ledger)
    run_through(ledger)
    execute(unguarded(ledger), "DELETE FROM audit_entries WHERE stream = 'verify' AND seq = 2")

    report = check_audit(ledger, None)

    assert dict(problems(report)) == {"verify": Problem(ProblemKind.OUT_OF_ORDER, 2)}


def test_cut_tail_is_found_by_the_head(ledger: SqlLedger) -> None:
    """A stream that ends before its head says is not whole."""
    accepted_session(ledger)
    run_through(ledger)
    execute(unguarded(ledger), "DELETE FROM audit_entries WHERE stream = 'verify' AND seq = 3")

    report = check_audit(ledger, None)

    assert dict(problems(report)) == {"verify": Problem(ProblemKind.HEAD_DIFFERS, 3)}


def test_tail_cut_with_its_head_is_found_by_the_checkpoint(ledger: SqlLedger, signer: LocalSigner) -> None:
    """Who also sets the head back is betrayed by the index, and who thins that too by what was signed before."""
    accepted_session(ledger)
    run_through(ledger)
    add_checkpoint(ledger, signer)
    execute(
        unguarded(ledger),
        "DELETE FROM audit_entries WHERE stream = 'verify' AND seq = 3",
        "UPDATE audit_heads SET seq = 2, digest ="
        " (SELECT digest FROM audit_entries WHERE stream = 'verify' AND seq = 2) WHERE stream = 'verify'",
    )

    by_the_index = dict(problems(check_audit(ledger, None)))
    execute(ledger, "DELETE FROM audit_mentions WHERE stream = 'verify' AND seq = 3")

    assert by_the_index == {"verify": Problem(ProblemKind.MENTION_ASTRAY, 3)}
    assert check_audit(ledger, None).intact
    assert dict(problems(check_audit(ledger, signer))) == {"verify": Problem(ProblemKind.TAIL_MISSING, 3)}


def test_checkpoint_of_another_key_is_not_relied_on(ledger: SqlLedger, signer: LocalSigner, tmp_path: Path) -> None:
    """A checkpoint that somebody else signed is named as invalid."""
    accepted_session(ledger)
    add_checkpoint(ledger, LocalSigner.create(tmp_path / "other" / "signing.json"))

    report = check_audit(ledger, signer)

    assert report.bad_checkpoints == (1,)
    assert not report.intact


def test_free_text_becomes_a_digest(ledger: SqlLedger) -> None:
    """Words given as an actor or a ground never reach the log."""
    accepted = accepted_session(ledger)

    ledger.make_due(accepted.session_id, [], "because Jane asked", "Jane Doe")

    facts = entries(ledger, "operator")[-1]["facts"]
    assert facts["actor"].startswith("sha256:")
    assert facts["basis"].startswith("sha256:")


def test_a_thinned_index_is_found(ledger: SqlLedger) -> None:
    """A row taken out of the index from sessions to entries, which no chain covers, is missed by the check."""
    accepted_session(ledger)
    run_through(ledger)
    intact = check_audit(ledger, None).intact

    execute(ledger, "DELETE FROM audit_mentions WHERE stream = 'draft' AND seq = 2")

    assert intact
    assert dict(problems(check_audit(ledger, None))) == {"draft": Problem(ProblemKind.MENTION_ASTRAY, 2)}
