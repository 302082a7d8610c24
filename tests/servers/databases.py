"""The same test on SQLite and on PostgreSQL: a migrated database, and ledgers on it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from pipeline.adapters.database import LedgerLimits, SqlLedger, create_ledger
from pipeline.adapters.database.transactions import database_now
from tests.factories import make_ledger

OpenLedger = Callable[..., SqlLedger]


class ShiftedTime:
    """The database's clock, moved by hand."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def __call__(self, connection: Connection) -> datetime:
        """Return the database's time plus the shift."""
        return database_now(connection) + self.shift

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.shift += by


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a fresh, migrated database."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    make_ledger(tmp_path).close()
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def time_passes() -> ShiftedTime:
    """Return the clock of the test's ledgers, which the test may advance."""
    return ShiftedTime()


@pytest.fixture
def open_ledger(database_url: str, time_passes: ShiftedTime) -> Iterator[OpenLedger]:
    """Return a function that opens one more ledger on the test's database, as another process would."""
    opened: list[SqlLedger] = []

    def open_one(limits: LedgerLimits | None = None) -> SqlLedger:
        opened.append(create_ledger(database_url, limits, time_passes))
        return opened[-1]

    yield open_one
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_ledger: OpenLedger) -> SqlLedger:
    """Return a ledger on a fresh database."""
    return open_ledger()
