"""What only some tests of libraries and servers need."""

from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def tiny_judges() -> ModuleType:
    """Return the makers of judging models; torch and transformers come with them, which takes seconds."""
    from tests import tiny_judges

    return tiny_judges
