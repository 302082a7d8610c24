"""What keeps an open page current: server-sent events out of the one feed of the process."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from pipeline.domain.account import Principal
from pipeline.errors import TransientError
from web.guard import doorkeeper_of
from web.ops.feed import Sight
from web.ops.room import OpsRoom
from web.ops.view import view_of
from web.ops.wording import Times

MEDIA_TYPE = "text/event-stream"
SECTIONS = ("night", "concerns", "stages", "running", "failures", "batches", "workers", "promises")
#: How many looks pass between two questions whether the viewer is still signed in.
_ASK_EVERY = 3


async def events(room: OpsRoom, request: Request, principal: Principal) -> AsyncIterator[str]:
    """Yield what changed, look after look, until the viewer leaves or is signed off.

    Who does not ask for a stream is sent one event.
    """
    seen: dict[str, str] = {}
    number, looks = -1, 0
    while not await request.is_disconnected():
        if looks % _ASK_EVERY == 0 and not await run_in_threadpool(_may_stay, request):
            yield _event("signed-off", {})
            return
        looks += 1
        sight = await run_in_threadpool(room.feed.sight)
        if sight.number != number:
            number = sight.number
            yield await run_in_threadpool(_told, room, principal, sight, seen)
        else:
            # A comment keeps proxies from closing a quiet connection.
            yield ": still here\n\n"
        if MEDIA_TYPE not in request.headers.get("accept", ""):
            return
        await asyncio.sleep(room.feed.every.total_seconds())


def sections(room: OpsRoom, principal: Principal, sight: Sight) -> Mapping[str, str]:
    """Return each section of the page as this person sees it."""
    if sight.snapshot is None:
        return {}
    values = {**room.common(principal), "view": view_of(sight.snapshot)}
    return {name: room.pages.text(f"{name}.html", **values).strip() for name in SECTIONS}


def _told(room: OpsRoom, principal: Principal, sight: Sight, seen: dict[str, str]) -> str:
    times = Times(room.zone)
    if sight.failing_since is not None or sight.snapshot is None:
        since = sight.failing_since or room.clock.now()
        return _event("outage", {"since": times.clock(since).striptags()})
    now = sections(room, principal, sight)
    changed = {name: html for name, html in now.items() if seen.get(name) != html}
    seen.update(changed)
    return _event("sections", {"at": times.moment(sight.snapshot.at).striptags(), "sections": changed})


def _may_stay(request: Request) -> bool:
    try:
        return doorkeeper_of(request).still_stands(request)
    except TransientError:
        # The database is away: nobody can be asked, and the page must say so itself.
        return True


def _event(name: str, data: Mapping[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
