"""Deployments that faults are tried on: one folder with SQLite, and PostgreSQL with Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.deployments import Deployment, make_settings
from tests.factories import make_ledger


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
