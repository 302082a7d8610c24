"""Sessions a page at a time, the newest first, and the entries of the audit log that speak of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from pipeline.adapters.database.reading import session_rows
from pipeline.adapters.database.tables import audit_entries, audit_mentions, holds, sessions, stage_runs
from pipeline.adapters.database.transactions import Database
from pipeline.audit.chain import Entry
from pipeline.audit.events import Stream
from pipeline.domain.session import SessionId, SessionKind, Stage, StageStatus
from pipeline.ports import SessionRow


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions; nothing set: all."""

    kind: SessionKind | None = None
    stage: Stage | None = None
    status: StageStatus | None = None
    reason_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list: after this session."""

    submitted_at: datetime
    session_id: SessionId


class SqlListing:
    """What the interface lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sessions(self, which: SessionFilter, after: Place | None, limit: int) -> tuple[SessionRow, ...]:
        """Return a page of sessions, the newest first."""
        query = select(sessions).where(*_conditions(which))
        if after is not None:
            query = query.where(
                or_(
                    sessions.c.submitted_at < after.submitted_at,
                    and_(sessions.c.submitted_at == after.submitted_at, sessions.c.session_id > after.session_id),
                )
            ).where(sessions.c.submitted_at <= after.submitted_at)
        ordered = query.order_by(sessions.c.submitted_at.desc(), sessions.c.session_id).limit(limit)
        return self._database.read(lambda tx: session_rows(tx, tx.rows(ordered)))

    def entries(self, stream: Stream, after: int, limit: int) -> tuple[Entry, ...]:
        """Return entries of a stream that follow a number, in order."""
        query = select(audit_entries).where(audit_entries.c.stream == stream, audit_entries.c.seq > after)
        rows = self._database.read(lambda tx: tx.rows(query.order_by(audit_entries.c.seq).limit(limit)))
        return tuple(Entry(row["stream"], row["seq"], row["body"].encode(), row["digest"]) for row in rows)

    def entries_of(self, session_id: SessionId, after: tuple[str, int] | None, limit: int) -> tuple[Entry, ...]:
        """Return the entries that speak of a session, stream by stream."""
        mentions = audit_mentions.c
        query = (
            select(audit_entries)
            .join(audit_mentions, and_(audit_entries.c.stream == mentions.stream, audit_entries.c.seq == mentions.seq))
            .where(mentions.session_id == session_id)
        )
        if after is not None:
            stream = Stream(after[0])
            query = query.where(or_(mentions.stream > stream, and_(mentions.stream == stream, mentions.seq > after[1])))
        ordered = query.order_by(mentions.stream, mentions.seq).limit(limit)
        rows = self._database.read(lambda tx: tx.rows(ordered))
        return tuple(Entry(row["stream"], row["seq"], row["body"].encode(), row["digest"]) for row in rows)


def _conditions(which: SessionFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.kind is not None:
        conditions.append(sessions.c.kind == which.kind)
    if which.since is not None:
        conditions.append(sessions.c.submitted_at >= which.since)
    if which.until is not None:
        conditions.append(sessions.c.submitted_at < which.until)
    if which.held is not None:
        standing = exists().where(holds.c.session_id == sessions.c.session_id, holds.c.lifted_at.is_(None))
        conditions.append(standing if which.held else ~standing)
    runs = _run_conditions(which)
    if runs:
        conditions.append(exists().where(stage_runs.c.session_id == sessions.c.session_id, *runs))
    return conditions


def _run_conditions(which: SessionFilter) -> list[ColumnElement[bool]]:
    wanted = {"stage": which.stage, "status": which.status, "reason_code": which.reason_code}
    return [stage_runs.c[name] == value for name, value in wanted.items() if value is not None]
