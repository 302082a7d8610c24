"""A real Redis server of the test session's own, emptied for each test."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from tests.free_port import free_port
from tests.servers.absence import skip_or_fail

_START_SECONDS = 60
_STOP_SECONDS = 60


@contextmanager
def running_redis() -> Iterator[str]:
    """Run a server on a port of the loopback and return its address; skip where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        skip_or_fail("Redis is not installed (apt-get install redis-server)")
    folder = tempfile.mkdtemp(prefix="nightscribe-redis-")
    port = free_port()
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
    server = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(port, server)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(_STOP_SECONDS)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Run a server for the whole test session."""
    with running_redis() as address:
        yield address


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Return the address of an empty Redis."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def _await(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    with redis.Redis(port=port) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > deadline or server.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return
