"""The audit log over HTTP, entry by entry as it was chained, for whoever may read it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from config.wiring import Wiring
from pipeline.adapters.database.listing import SqlListing
from pipeline.audit.chain import Entry
from pipeline.audit.events import Stream
from pipeline.domain.account import Permission, Principal
from pipeline.domain.session import parse_session_id
from pipeline.errors import RequestInvalidError
from web.api.answers import cursor_of, etagged, parse_cursor
from web.guard import require

_READ = require(Permission.AUDIT_READ)

NextCursor = Callable[[Entry], str]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=256)]


class EntryShape(BaseModel):
    """An entry, and the digest that chains it to the one before."""

    stream: Stream
    seq: int
    at: datetime
    event: str
    facts: dict[str, Any]
    digest: str


class Entries(BaseModel):
    """Some entries in order."""

    entries: list[EntryShape]
    next_cursor: str | None


def audit_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/audit`` and a session's own entries."""
    router = APIRouter(prefix="/v1", tags=["audit"])
    listing = SqlListing(wiring.ledger.database)

    @router.get("/audit/{stream}", response_model=Entries)
    def stream_entries(
        request: Request,
        _principal: Annotated[Principal, _READ],
        stream: Stream,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Response:
        """Show a stream's entries, oldest first."""
        after = 0 if cursor is None else parse_cursor(cursor, int)[0]
        found = listing.entries(stream, int(str(after)), limit + 1)
        return etagged(request, _page(found, limit, lambda last: cursor_of(last.seq)))

    @router.get("/sessions/{session_id}/audit", response_model=Entries)
    def session_entries(
        request: Request,
        _principal: Annotated[Principal, _READ],
        session_id: str,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Response:
        """Show what the log says of a session, stream by stream."""
        found = listing.entries_of(parse_session_id(session_id), _place(cursor), limit + 1)
        return etagged(request, _page(found, limit, lambda last: cursor_of(last.stream.value, last.seq)))

    return router


def _place(cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    stream, seq = parse_cursor(cursor, str, int)
    if stream not in set(Stream):
        raise RequestInvalidError(where="cursor")
    return str(stream), int(str(seq))


def _page(found: tuple[Entry, ...], limit: int, cursor: NextCursor) -> Entries:
    shown = found[:limit]
    more = cursor(shown[-1]) if len(found) > limit else None
    return Entries(entries=[_shape(entry) for entry in shown], next_cursor=more)


def _shape(entry: Entry) -> EntryShape:
    body = json.loads(entry.body)
    return EntryShape(
        stream=entry.stream,
        seq=entry.seq,
        at=body["at"],
        event=body["event"],
        facts=body["facts"],
        digest=entry.digest.hex(),
    )
