"""The audit log in its tables, read as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from pipeline.adapters.database.tables import audit_checkpoints, audit_entries, audit_heads, audit_mentions
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.chain import Entry, Head
from pipeline.audit.events import Stream
from pipeline.domain.session import SessionId

_PAGE = 500


class SqlAuditSnapshot:
    """The log within one transaction that sees one moment."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def now(self) -> datetime:
        """Return that moment."""
        return self._tx.now

    def heads(self) -> tuple[Head, ...]:
        """Return the end of every stream, in the order of their names."""
        rows = self._tx.rows(select(audit_heads).order_by(audit_heads.c.stream))
        return tuple(Head(row["stream"], row["seq"], row["digest"]) for row in rows)

    def entries(self, stream: Stream) -> Iterator[Entry]:
        """Yield the stream's entries in order, a page at a time."""
        query = select(audit_entries).where(audit_entries.c.stream == stream).order_by(audit_entries.c.seq)
        last = None
        while page := self._tx.rows((query if last is None else query.where(audit_entries.c.seq > last)).limit(_PAGE)):
            for row in page:
                yield Entry(row["stream"], row["seq"], _bytes(row["body"]), _bytes(row["digest"]))
            last = page[-1]["seq"]

    def mentions(self, stream: Stream) -> Iterator[tuple[int, SessionId]]:
        """Yield which entries speak of which session by the index; sorted once, for no key of it is in this order."""
        place = (audit_mentions.c.seq, audit_mentions.c.session_id)
        query = select(*place).where(audit_mentions.c.stream == stream).order_by(*place)
        with self._tx.connection.execute(query, execution_options={"yield_per": _PAGE}) as rows:
            for seq, session_id in rows:
                yield seq, SessionId(session_id)

    def checkpoints(self) -> Iterator[str]:
        """Yield the signed checkpoints, oldest first."""
        query = select(audit_checkpoints.c.note).order_by(audit_checkpoints.c.checkpoint_id)
        return (row["note"] for row in self._tx.rows(query))


def _bytes(value: str | bytes | None) -> bytes:
    """Return what stands there, of whatever type somebody made it: the check names what is wrong with it."""
    return value.encode() if isinstance(value, str) else value or b""


@contextmanager
def audit_snapshot(database: Database) -> Iterator[SqlAuditSnapshot]:
    """Return the log as it is now, while others go on writing."""
    with database.snapshot() as tx:
        yield SqlAuditSnapshot(tx)


def session_entries(tx: Transaction, session_id: SessionId) -> tuple[Entry, ...]:
    """Return every entry that names the session."""
    place = (audit_entries.c.stream == audit_mentions.c.stream) & (audit_entries.c.seq == audit_mentions.c.seq)
    query = (
        select(audit_entries)
        .select_from(audit_mentions.join(audit_entries, place))
        .where(audit_mentions.c.session_id == session_id)
        .order_by(audit_entries.c.stream, audit_entries.c.seq)
    )
    return tuple(Entry(row["stream"], row["seq"], row["body"].encode(), row["digest"]) for row in tx.rows(query))


def keep_checkpoint(tx: Transaction, note: str) -> None:
    """Keep a signed checkpoint."""
    tx.connection.execute(audit_checkpoints.insert().values(made_at=tx.now, note=note))
