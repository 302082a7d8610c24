"""One transaction: its connection, its moment, and the audit entries that commit with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, Table, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError

from pipeline.adapters.database.engine import WRITES, forget_overwritten_pages, is_sqlite, named_errors, writers_turn
from pipeline.adapters.database.inserting import insert_rows
from pipeline.adapters.database.outbox import announced
from pipeline.adapters.database.tables import audit_entries, audit_heads, audit_mentions
from pipeline.audit.chain import GENESIS, Entry, Head, append
from pipeline.audit.events import Event, Stream
from pipeline.domain.window import ProcessingWindow
from pipeline.errors import DatabaseUnavailableError

T = TypeVar("T")

#: Tells the present moment by the database's clock, the one clock that all workers share.
Now = Callable[[Connection], datetime]

_TRIES = 4
#: PostgreSQL's serialization failure and deadlock: it rolled back, and the same work again may pass.
_TRY_AGAIN = frozenset({"40001", "40P01"})


@dataclass(frozen=True, slots=True)
class LedgerLimits:
    """How long a lease lasts and how often a stage is tried."""

    lease: timedelta = timedelta(seconds=90)
    #: How often a stage may fail for a passing reason.
    tries: int = 4
    backoff: timedelta = timedelta(seconds=30)
    longest_backoff: timedelta = timedelta(hours=1)
    #: How often a worker may die on a stage.
    crashes: int = 3
    #: When sessions may start; ``None``: at any hour.
    window: ProcessingWindow | None = None
    #: Sessions of this priority, or a lower number, start at any hour.
    urgent: int = 10

    def is_open(self, moment: datetime) -> bool:
        """Say whether sessions that are not urgent may start."""
        return self.window is None or self.window.is_open(moment)


def database_now(connection: Connection) -> datetime:
    """Return the database's own time."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')").scalar_one()
        return datetime.fromisoformat(found).replace(tzinfo=UTC)
    moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


@dataclass(slots=True)
class Transaction:
    """A transaction in progress; all it decides, it decides at the one moment ``now``."""

    connection: Connection
    now: datetime
    limits: LedgerLimits
    clock: Now
    events: list[Event] = field(default_factory=list)

    def record(self, event: Event) -> None:
        """Have an audit entry written as the last thing before the commit."""
        self.events.append(event)

    def rows(self, statement: Select[Any]) -> list[Mapping[str, Any]]:
        """Return what a query finds."""
        return [row._asdict() for row in self.connection.execute(statement).all()]

    def row(self, statement: Select[Any]) -> Mapping[str, Any] | None:
        """Return the only row a query finds, if it finds one."""
        found = self.connection.execute(statement).one_or_none()
        return None if found is None else found._asdict()

    def insert_absent(self, table: Table, **values: object) -> bool:
        """Insert the row unless its key or a unique index of it is taken; say whether it was inserted."""
        dialect = sqlite if self.connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
        # A row count is not to be had where the driver asks for generated keys; a returned row is.
        return self.connection.execute(statement.returning(*table.primary_key)).first() is not None

    def insert_all_absent(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert those rows whose key is not taken, in one statement."""
        if rows:
            dialect = sqlite if self.connection.dialect.name == "sqlite" else postgresql
            self.connection.execute(dialect.insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])

    def insert_all(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows in one statement."""
        if rows:
            insert_rows(self.connection, table, rows)


@dataclass(frozen=True, slots=True)
class Database:
    """Where transactions come from."""

    engine: Engine
    limits: LedgerLimits
    clock: Now = database_now

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do the work in one transaction, audit entries included; do it again where the database says so."""
        with named_errors():
            for _ in range(_TRIES - 1):
                try:
                    return self._in_transaction(work, writes=True)
                except DBAPIError as error:
                    if not _is_worth_repeating(error):
                        raise
            return self._in_transaction(work, writes=True)

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Do work that only reads; on SQLite it waits for no writer."""
        with named_errors():
            return self._in_transaction(work, writes=False)

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Return a transaction that reads one moment, however long it takes."""
        level = {} if is_sqlite(self.engine) else {"isolation_level": "REPEATABLE READ"}
        with named_errors(), self.engine.connect().execution_options(**level) as connection, connection.begin():
            yield Transaction(connection, self.clock(connection), self.limits, self.clock)

    def forget_overwritten(self) -> None:
        """See to it that what was just overwritten is in no file of the database; the caller may try again."""
        with named_errors(), writers_turn(self.engine):
            if forget_overwritten_pages(self.engine):
                raise DatabaseUnavailableError

    def _in_transaction(self, work: Callable[[Transaction], T], *, writes: bool) -> T:
        turn = writers_turn(self.engine) if writes else nullcontext()
        with turn, self._connect(writes=writes) as connection, connection.begin():
            transaction = Transaction(connection, self.clock(connection), self.limits, self.clock)
            result = work(transaction)
            _write_entries(transaction)
            return result

    def _connect(self, *, writes: bool) -> Connection:
        connection = self.engine.connect()
        if is_sqlite(self.engine):
            return connection.execution_options(**{WRITES: writes})
        return connection.execution_options(isolation_level="READ COMMITTED")


def _is_worth_repeating(error: DBAPIError) -> bool:
    """Say whether another transaction came first: a lost race for a unique row, a deadlock."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in _TRY_AGAIN


def _write_entries(transaction: Transaction) -> None:
    """Append the entries, stream by stream in one order for all, so that no two transactions wait for each other."""
    announced(transaction.connection, transaction.events, transaction.now)
    for stream in sorted({event.stream for event in transaction.events}):
        head = _lock_head(transaction, stream)
        # Read under the head's lock, or a slower transaction would seem to set the clock back.
        at = transaction.clock(transaction.connection)
        events = [event for event in transaction.events if event.stream is stream]
        entries: list[Entry] = []
        for event in events:
            entries.append(append(head, event, at))
            head = entries[-1].head
        _keep(transaction, entries, head)
        _mention(transaction, events, entries)


def _lock_head(transaction: Transaction, stream: Stream) -> Head:
    query = select(audit_heads).where(audit_heads.c.stream == stream).with_for_update()
    found = transaction.row(query)
    if found is None:
        transaction.insert_absent(audit_heads, stream=stream, seq=0, digest=GENESIS)
        found = transaction.row(query)
    return Head(stream) if found is None else Head(stream, found["seq"], found["digest"])


def _mention(transaction: Transaction, events: Sequence[Event], entries: Sequence[Entry]) -> None:
    """Note which sessions the entries speak of, so that a session's timeline is found among millions."""
    spoken_of = ((getattr(event, "session_id", None), entry) for event, entry in zip(events, entries, strict=True))
    rows = [
        {"session_id": session_id, "stream": entry.stream, "seq": entry.seq}
        for session_id, entry in spoken_of
        if session_id is not None
    ]
    transaction.insert_all(audit_mentions, rows)


def _keep(transaction: Transaction, entries: list[Entry], head: Head) -> None:
    rows = [{"stream": e.stream, "seq": e.seq, "body": e.body.decode(), "digest": e.digest} for e in entries]
    transaction.insert_all(audit_entries, rows)
    transaction.connection.execute(
        audit_heads.update().where(audit_heads.c.stream == head.stream).values(seq=head.seq, digest=head.digest)
    )
