"""What happens where a server is missing."""

import pytest

from tests.servers.absence import skip_or_fail


def test_missing_server_skips_on_a_developers_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is said, and the other tests go on."""
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="not installed"):
        skip_or_fail("it is not installed")


def test_missing_server_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite that quietly left its servers out would prove nothing."""
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="not installed"):
        skip_or_fail("it is not installed")
