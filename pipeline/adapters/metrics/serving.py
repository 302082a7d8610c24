"""Where Prometheus reads: a port of its own, on the loopback unless somebody says otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import (
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)


def make_registry(*collectors: Collector) -> CollectorRegistry:
    """Return a registry with the process's own memory and time beside these."""
    # A scrape while the database is away must still answer; the collector says so in a metric.
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    for collector in collectors:
        registry.register(collector)
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    """Return everything in Prometheus's text format."""
    return generate_latest(registry)


@contextmanager
def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> Iterator[None]:
    """Serve the registry until the block ends; port 0 serves nothing, and a port that is taken is only logged.

    Work must not stop because nobody can watch it.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        log.error("metrics_unavailable", port=port, error=type(error).__name__)  # noqa: TRY400 - no traceback
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
