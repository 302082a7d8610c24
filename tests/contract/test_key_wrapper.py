"""What every key wrapper promises: the local key file and the fake."""

from pathlib import Path

import pytest

from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.errors import DecryptionError
from pipeline.ports import KeyWrapper
from tests.fakes_store import MemoryKeyWrapper


@pytest.fixture(params=["memory", "file"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> KeyWrapper:
    """Return each wrapper in turn."""
    return MemoryKeyWrapper() if request.param == "memory" else LocalKeyFile.create(tmp_path / "keys.json")


def test_a_wrapped_keyset_comes_back(keys: KeyWrapper) -> None:
    """Unwrapping with the same associated data gives the keyset."""
    assert keys.unwrap(keys.wrap(b"keyset", b"one"), b"one") == b"keyset"


def test_other_associated_data_is_refused(keys: KeyWrapper) -> None:
    """A wrapped keyset moved to another session or kind is not unwrapped."""
    wrapped = keys.wrap(b"keyset", b"one")

    with pytest.raises(DecryptionError):
        keys.unwrap(wrapped, b"two")


@pytest.mark.parametrize("wrapped", [b"", b"x", b"\x01" * 80])
def test_anything_else_is_refused(keys: KeyWrapper, wrapped: bytes) -> None:
    """Bytes that this wrapper did not make are not unwrapped."""
    with pytest.raises(DecryptionError):
        keys.unwrap(wrapped, b"one")


def test_a_wrapped_keyset_does_not_hold_it_in_the_clear(keys: KeyWrapper) -> None:
    """The keyset's bytes do not occur in what is kept in the database."""
    assert b"a keyset of some length" not in keys.wrap(b"a keyset of some length", b"one")
