"""How many requests each may send: a bucket that fills up again, for each token and each sign-in."""

import threading
import time
from dataclasses import dataclass, field
from typing import Protocol

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import RateLimitedError

#: Buckets that are full again are forgotten once there are so many.
_MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit after a request."""

    per_minute: int
    left: int
    #: Until the bucket is full again.
    seconds: int


class Limiter(Protocol):
    """Counts requests by whoever sends them."""

    def take(self, key: str) -> Allowance:
        """Take one request's share; raise ``RateLimitedError`` where none is left."""
        ...


def seconds_until_one(left: float, per_minute: int) -> int:
    """Return how long to wait for the next share."""
    return max(1, round((1 - left) * 60 / per_minute))


def seconds_until_full(left: float, per_minute: int) -> int:
    """Return how long until everything is there again."""
    return round((per_minute - left) * 60 / per_minute)


@dataclass(slots=True)
class RateLimiter:
    """Counts requests in this process."""

    per_minute: int
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str) -> Allowance:
        """Take one request's share; raise ``RateLimitedError`` where none is left."""
        with self._lock:
            now = time.monotonic()
            bucket = self._filled(key, now)
            if bucket.left < 1:
                raise RateLimitedError(seconds=seconds_until_one(bucket.left, self.per_minute))
            bucket.left -= 1
            return Allowance(self.per_minute, int(bucket.left), seconds_until_full(bucket.left, self.per_minute))

    def _filled(self, key: str, now: float) -> _Bucket:
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets = {k: b for k, b in self._buckets.items() if now - b.at < 60}  # noqa: PLR2004 - a minute fills any
        bucket = self._buckets.setdefault(key, _Bucket(float(self.per_minute), now))
        bucket.left = min(float(self.per_minute), bucket.left + (now - bucket.at) * self.per_minute / 60)
        bucket.at = now
        return bucket


class LimitHeaders:
    """Tells each client what is left of its limit, as draft-ietf-httpapi-ratelimit-headers has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and put the headers on what comes back."""

        async def send_with_headers(message: Message) -> None:
            allowance = scope.get("state", {}).get("allowance")
            if message["type"] == "http.response.start" and allowance is not None:
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"requests";q={allowance.per_minute};w=60'
                headers["RateLimit"] = f'"requests";r={allowance.left};t={allowance.seconds}'
            await send(message)

        await self._app(scope, receive, send_with_headers)
