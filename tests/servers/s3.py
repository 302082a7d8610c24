"""A real S3 server of the test session's own, and fresh buckets on it."""

import json
import secrets
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.store.s3 import S3Store
from pipeline.adapters.store.s3_client import S3Access, s3_client
from tests.servers.absence import skip_or_fail

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The first start on a machine fetches about 70 MB of packages.
_START_SECONDS = 600
_STOP_SECONDS = 30


@pytest.fixture(scope="session")
def s3_access() -> Iterator[S3Access]:
    """Start the server for the whole test session; it ends with its standard input."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.ceph"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield S3Access(**json.loads(_first_line(server)))
    finally:
        server.communicate(timeout=_STOP_SECONDS)


def _first_line(server: "subprocess.Popen[str]") -> str:
    output = server.stdout
    line = output.readline() if output and select.select([output], [], [], _START_SECONDS)[0] else ""
    if not line:
        server.kill()
        skip_or_fail(server.stderr.read().strip() if server.stderr else "S3 server not started")
    return line


@pytest.fixture
def s3(s3_access: S3Access) -> Iterator["S3Client"]:
    """Return a client of the server."""
    client = s3_client(s3_access)
    yield client
    client.close()


@pytest.fixture
def plain_bucket(s3: "S3Client") -> Iterator[str]:
    """Make a bucket that keeps one version of each object."""
    yield from _bucket(s3)


@pytest.fixture
def versioned_bucket(s3: "S3Client") -> Iterator[str]:
    """Make a bucket that keeps every version."""
    for bucket in _bucket(s3):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        yield bucket


@pytest.fixture
def s3_plain(s3: "S3Client", plain_bucket: str) -> S3Store:
    """Return an empty store without versions."""
    return S3Store(s3, plain_bucket)


@pytest.fixture
def s3_versioned(s3: "S3Client", versioned_bucket: str) -> S3Store:
    """Return an empty store with versions."""
    return S3Store(s3, versioned_bucket)


def _bucket(s3: "S3Client") -> Iterator[str]:
    """Make a bucket, and empty it afterwards, for the server keeps everything in memory."""
    name = f"test-{secrets.token_hex(8)}"
    s3.create_bucket(Bucket=name)
    yield name
    S3Store(s3, name).destroy("")
    s3.delete_bucket(Bucket=name)
