"""A deployment for each test: one folder, or on servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.adapters.store.s3_client import S3Access
from tests.e2e.deployment import Deployment, empty_database, make_deployment, on_servers
from tests.servers.postgres import Cluster


@pytest.fixture
def embedded_commands(tmp_path: Path) -> Deployment:
    """Return a deployment of one folder."""
    return make_deployment(tmp_path, {})


@pytest.fixture
def server_commands(
    tmp_path: Path, postgres: Cluster, redis_url: str, s3_access: S3Access, versioned_bucket: str
) -> Iterator[Deployment]:
    """Return a deployment on PostgreSQL, Redis and S3."""
    name = f"e2e_{versioned_bucket.removeprefix('test-')}"
    with (
        empty_database(postgres, name) as database_url,
        on_servers(tmp_path, database_url, redis_url, s3_access, versioned_bucket) as made,
    ):
        yield made
