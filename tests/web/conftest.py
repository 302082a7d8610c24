"""A site for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.site import Site, make_test_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a whole site over a fresh deployment."""
    made = make_test_site(tmp_path)
    yield made
    made.wiring.ledger.close()
