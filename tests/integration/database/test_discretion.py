"""What the databases must not show: bound values, and keys that were destroyed."""

import secrets
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.adapters.database import SqlLedger, create_database_engine, migrate
from pipeline.domain.artifact import ArtifactKind, DataKey, KeyId
from pipeline.domain.session import Stage
from pipeline.errors import DatabaseUnavailableError, SettingsInvalidError
from tests.factories import keep_days, make_ledger, make_session, permits, stored, taken, two_people

CANARY = "the-canary-sang"


def test_errors_do_not_quote_bound_values(ledger: SqlLedger) -> None:
    """A database error names the statement and never a value in it."""
    with pytest.raises(DBAPIError) as error, ledger.database.engine.begin() as connection:
        connection.execute(text("INSERT INTO no_such_table VALUES (:value)"), {"value": CANARY})

    assert "no_such_table" in str(error.value)
    assert CANARY not in f"{error.value} {error.value!r}"


def test_destroyed_key_is_in_no_file(tmp_path: Path) -> None:
    """After a purge destroyed a key, its bytes are neither in SQLite's file nor in its write-ahead log."""
    ledger = make_ledger(tmp_path)
    wrapped = secrets.token_bytes(64)
    session = make_session()
    ledger.record_consents(permits(two_people()), "test")
    recording = stored(
        session.session_id, ArtifactKind.RECORDING, key=DataKey(KeyId("key-1"), wrapped, "wrapping-test")
    )
    ledger.register(session, two_people(), recording, keep_days(), None)
    before = _files_with(tmp_path, wrapped)
    ledger.make_due(session.session_id, [ArtifactKind.RECORDING], "test", "test")

    ledger.destroy_keys(taken(ledger, Stage.PURGE))

    after = _files_with(tmp_path, wrapped)
    ledger.close()
    assert before != []
    assert after == []


def _files_with(folder: Path, wanted: bytes) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file() and wanted in path.read_bytes()]


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    """Each connection has the settings that the promises rest on."""
    ledger = make_ledger(tmp_path)
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")

    with ledger.database.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    ledger.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "temp_store": 2}


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/ledger", "ledger", "postgresql://host:port/x"]
)
def test_unfit_databases_are_refused(url: str) -> None:
    """A database that each connection sees anew, that nobody tested, or that is no address at all, is no ledger."""
    with pytest.raises(SettingsInvalidError):
        create_database_engine(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """A damaged ledger, or another program's file, ends in a reason code that says which of them it is."""
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"no database at all, but rather long for one" * 100)

    with pytest.raises(DatabaseUnavailableError) as caught:
        migrate(f"sqlite:///{path}")

    assert caught.value.facts == {"why": "SQLITE_NOTADB"}
