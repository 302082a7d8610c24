"""One limit for all web processes of a deployment: the buckets lie in Redis, which they share already."""

import time
from typing import TYPE_CHECKING, cast

import structlog

from pipeline.errors import RateLimitedError
from web.limits import Allowance, RateLimiter, seconds_until_full, seconds_until_one

if TYPE_CHECKING:
    from redis import Redis

log = structlog.get_logger(__name__)

_PREFIX = "nightscribe:requests:"
#: A request that waited for a Redis that is away is not to wait long, and the next ones not at all.
_ANSWERS_WITHIN_SECONDS = 0.25
_AWAY_SECONDS = 5.0
#: Fills the bucket up by the server's own clock, which all processes share, and takes one where there is one.
_TAKE = """
local most = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(known[1] or most)
left = math.min(most, left + math.max(0, now - tonumber(known[2] or now)) * most / 60)
local taken = left >= 1
if taken then left = left - 1 end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], 61)
return {taken and 1 or 0, string.format('%.6f', left)}
"""


class SharedRateLimiter:
    """Counts requests by whoever sends them, with every other process; while Redis is away, each counts for itself.

    What is counted may be lost without harm: a bucket that nobody knows of is a full one.
    """

    def __init__(self, redis_url: str, per_minute: int) -> None:
        import redis

        timeouts = {"socket_timeout": _ANSWERS_WITHIN_SECONDS, "socket_connect_timeout": _ANSWERS_WITHIN_SECONDS}
        self._redis: Redis = redis.Redis.from_url(redis_url, **timeouts)
        self._take = self._redis.register_script(_TAKE)
        self._away = (redis.RedisError, OSError)
        self._alone = RateLimiter(per_minute)
        self._alone_until = 0.0
        self.per_minute = per_minute

    def take(self, key: str) -> Allowance:
        """Take one request's share; raise ``RateLimitedError`` where none is left."""
        if time.monotonic() < self._alone_until:
            return self._alone.take(key)
        try:
            taken, left = cast("tuple[int, bytes]", self._take(keys=[_PREFIX + key], args=[self.per_minute]))
        except self._away as error:
            log.warning("limits_not_shared", error=type(error).__name__)
            self._alone_until = time.monotonic() + _AWAY_SECONDS
            return self._alone.take(key)
        if not taken:
            raise RateLimitedError(seconds=seconds_until_one(float(left), self.per_minute))
        return Allowance(self.per_minute, int(float(left)), seconds_until_full(float(left), self.per_minute))
