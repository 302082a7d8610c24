"""Where a bucket's HTTP notifications come in."""

import base64
import binascii
from collections.abc import Callable
from secrets import compare_digest

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, status

from pipeline.adapters.arrivals.s3_events import announcements
from pipeline.errors import AnnouncementInvalidError, SettingsInvalidError, TransientError
from pipeline.ports.arrivals import Announcement
from web.guard import open_to_all

_LARGEST_EVENT = 1024 * 1024


def arrivals_router(receive: Callable[[Announcement], object], token: str) -> APIRouter:
    """Return ``POST /api/arrivals``, which answers at once and receives afterwards.

    The notification is a doorbell: what is lost with this process, the next listing of the bucket finds.
    Raises ``SettingsInvalidError`` for an empty token, which anyone could give.
    """
    if not token:
        raise SettingsInvalidError(setting="arrivals.token")
    router = APIRouter(
        prefix="/api", dependencies=[open_to_all("buckets know a token of their own, which is checked here")]
    )

    @router.post("/arrivals", status_code=status.HTTP_202_ACCEPTED)
    async def announce(request: Request, later: BackgroundTasks) -> None:
        """Take word of new objects from a bucket."""
        if not _knows(request.headers.get("authorization", ""), token):
            raise HTTPException(status.HTTP_401_UNAUTHORIZED)
        for announcement in await _announced(request):
            later.add_task(_received, receive, announcement)

    return router


async def _announced(request: Request) -> tuple[Announcement, ...]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_EVENT:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
    try:
        return announcements(bytes(body))
    except AnnouncementInvalidError as error:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, error.reason_code) from None


def _received(receive: Callable[[Announcement], object], announcement: Announcement) -> None:
    """Receive; what is transient is left to the next listing."""
    try:
        receive(announcement)
    except TransientError:
        return


def _knows(authorization: str, token: str) -> bool:
    """Say whether the token is given, as a bearer's or as a password, in a time that does not depend on it."""
    scheme, _, credential = authorization.partition(" ")
    given = _password(credential) if scheme.lower() == "basic" else credential
    return scheme.lower() in {"basic", "bearer"} and compare_digest(given.encode(), token.encode())


def _password(credential: str) -> str:
    try:
        return base64.b64decode(credential, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
