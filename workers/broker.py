"""The dramatiq broker: an explicit list of middleware, and no connection at import.

Dramatiq 2.2's defaults retry twenty times, keep tracebacks in Redis and time out after ten minutes;
none of that is wanted where the ledger is the truth and a message only says that there may be work.
"""

from datetime import timedelta

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware, ShutdownNotifications

from pipeline.domain.session import Stage

_HEARTBEAT = timedelta(seconds=60)
_DEAD_MESSAGES = timedelta(hours=1)
#: Maintenance, which finds dead workers, on every command: by default it runs on one in a thousand.
_ALWAYS = 1_000_000


def make_broker(redis_url: str) -> dramatiq.Broker:
    """Return the broker for this address; an empty address gives queues inside this process."""
    if not redis_url:
        return _declared(StubBroker(middleware=_middleware()))
    from dramatiq.brokers.redis import RedisBroker

    return _declared(
        RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq leaves it untyped
            url=redis_url,
            middleware=_middleware(),
            namespace="nightscribe",
            heartbeat_timeout=_milliseconds(_HEARTBEAT),
            maintenance_chance=_ALWAYS,
            dead_message_ttl=_milliseconds(_DEAD_MESSAGES),
            socket_connect_timeout=2,
            socket_timeout=5,
        )
    )


def _declared(broker: dramatiq.Broker) -> dramatiq.Broker:
    for stage in Stage:
        broker.declare_queue(stage)
    return broker


def _middleware() -> list[Middleware]:
    # Retries live in the ledger; a result, a delay or a traceback never lies in Redis.
    return [ShutdownNotifications(notify_shutdown=False)]


def _milliseconds(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def reachable(broker: dramatiq.Broker) -> bool:
    """Say whether the broker answers."""
    if isinstance(broker, StubBroker):
        return True
    from redis.exceptions import RedisError

    try:
        broker.client.ping()  # type: ignore[attr-defined]  # dramatiq's base class does not name the client
    except (RedisError, OSError):
        return False
    return True
