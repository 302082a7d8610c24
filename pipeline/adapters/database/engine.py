"""Connections: durable, strict, and silent about values, on SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    StatementError,
)

from pipeline.errors import DatabaseOlderError, DatabaseUnavailableError, SettingsInvalidError, ValueUnusableError

#: Marks a transaction that writes, which SQLite must know at its first statement.
WRITES = "nightscribe_writes"

#: One lock for each SQLite file, however many engines are open on it.
_TURNS: dict[str, threading.Lock] = {}

_BUSY_TIMEOUT_MS = 30_000
#: How long a silent server or network, a lock, or a process that stopped in mid-transaction may keep others waiting.
#: All of it lies well within a lease, so that a worker learns in time that it cannot renew; the address may differ.
_PATIENCE: dict[str, str | int] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "options": "-c statement_timeout=30s -c lock_timeout=20s -c idle_in_transaction_session_timeout=30s",
}
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
)


#: What SQLite says of a file that is damaged, or something else.
_NO_DATABASE = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
#: What PostgreSQL says of a table or a column that is not there.
_NOT_THERE = frozenset({"42P01", "42703"})


def create_database_engine(url: str | URL) -> Engine:
    """Return an engine for ``sqlite:///FILE`` or ``postgresql://…``; raise ``SettingsInvalidError`` for others."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Its message may quote the password.
        raise SettingsInvalidError(where="database_url") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(parsed)
    if backend == "postgresql":
        return _postgresql(parsed)
    raise SettingsInvalidError(where="database_url")


@contextmanager
def named_errors() -> Iterator[None]:
    """Give a database that is away, full, locked, behind or no database at all its name, and a value it cannot hold."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseUnavailableError(why=_code(error)) from error
    except DataError as error:
        raise ValueUnusableError(why=_code(error)) from error
    except DatabaseError as error:
        if _code(error) in _NO_DATABASE:
            raise DatabaseUnavailableError(why=_code(error)) from error
        if _code(error) in _NOT_THERE:
            raise DatabaseOlderError from error
        raise
    except StatementError as error:
        if isinstance(error.orig, OverflowError):
            # A moment that lies beyond the calendar once it is put in UTC.
            raise ValueUnusableError from error
        raise


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)


def is_sqlite(engine: Engine) -> bool:
    """Say whether the engine speaks to SQLite."""
    return engine.dialect.name == "sqlite"


def writers_turn(engine: Engine) -> AbstractContextManager[object]:
    """Return what a writer holds during its transaction, so that SQLite's writers in one process queue up.

    SQLite itself lets waiting writers poll, and under load the unlucky one starves past its timeout.
    """
    if not is_sqlite(engine):
        return nullcontext()
    return _TURNS.setdefault(str(engine.url.database), threading.Lock())


def forget_overwritten_pages(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, in which values outlive their deletion; say whether a reader prevented it.

    PostgreSQL recycles its own log: until then, and in backups, a destroyed key can be found by its owner.
    """
    if not is_sqlite(engine):
        return False
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return bool(busy)


def _postgresql(url: URL) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    return sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg"),
        # Errors would quote bound values otherwise.
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args=patience,
    )


def _sqlite(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        # Each connection would see a database of its own.
        raise SettingsInvalidError(where="database_url")
    Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(url.set(drivername="sqlite+pysqlite"), hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    # The driver would begin transactions by itself, and only at the first write.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    """Take the write lock at once, so that what is read is still true when it is acted upon."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
