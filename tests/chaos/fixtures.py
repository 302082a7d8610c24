"""Deployments that faults are tried on: one folder with SQLite, and PostgreSQL with Redis."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.settings import StoreKind, StoreSettings
from pipeline.adapters.store.s3_client import S3Access
from tests.chaos.deployments import Deployment, make_settings
from tests.factories import make_ledger
from tests.servers.interruption import Interruption, interruption


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Deployment]:
    """Make a deployment of one folder."""
    make_ledger(tmp_path).close()
    deployment = Deployment(make_settings(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}"), tmp_path)
    yield deployment
    deployment.close()


@pytest.fixture
def on_servers(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Deployment]:
    """Make a deployment on PostgreSQL and Redis."""
    deployment = Deployment(make_settings(tmp_path, postgres_url, redis_url=redis_url), tmp_path)
    yield deployment
    deployment.close()


@pytest.fixture(params=["embedded", pytest.param("on_servers", marks=pytest.mark.servers)])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Return one deployment after the other."""
    made: Deployment = request.getfixturevalue(request.param)
    return made


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A deployment with a proxy before one of its servers."""

    deployment: Deployment
    server: Interruption


@pytest.fixture
def interrupted_redis(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Interrupted]:
    """Make a deployment whose Redis can be cut off."""
    with interruption(urlsplit(redis_url).port or 0) as proxy:
        settings = make_settings(tmp_path, postgres_url, redis_url=f"redis://127.0.0.1:{proxy.port}/0")
        deployment = Deployment(settings, tmp_path)
        yield Interrupted(deployment, proxy)
        deployment.close()


@pytest.fixture
def interrupted_postgres(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Interrupted]:
    """Make a deployment whose PostgreSQL can be cut off."""
    parts = urlsplit(postgres_url)
    with interruption(parts.port or 0) as proxy:
        address = postgres_url.replace(f":{parts.port}/", f":{proxy.port}/")
        deployment = Deployment(make_settings(tmp_path, address, redis_url=redis_url), tmp_path)
        yield Interrupted(deployment, proxy)
        deployment.close()


@pytest.fixture
def interrupted_store(
    tmp_path: Path, s3_access: S3Access, versioned_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Interrupted]:
    """Make a deployment whose S3 server can be cut off."""
    environment = {
        "AWS_ACCESS_KEY_ID": str(s3_access.access_key_id),
        "AWS_SECRET_ACCESS_KEY": str(s3_access.secret_access_key),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    make_ledger(tmp_path).close()
    with interruption(urlsplit(str(s3_access.endpoint_url)).port or 0) as proxy:
        store = StoreSettings(
            kind=StoreKind.S3,
            bucket=versioned_bucket,
            endpoint_url=f"http://127.0.0.1:{proxy.port}",
            region="us-east-1",
        )
        settings = make_settings(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}", store=store)
        deployment = Deployment(settings, tmp_path, tuple(environment.items()))
        yield Interrupted(deployment, proxy)
        deployment.close()
