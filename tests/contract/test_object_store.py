"""What every object store promises: the local folder, S3 with and without versions, and the fake."""

import io
import secrets
from pathlib import Path
from typing import cast

import pytest

from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.adapters.store.s3 import S3Store
from pipeline.domain.artifact import ObjectKey
from pipeline.errors import ObjectExistsError, ObjectMissingError, PipelineError
from pipeline.ports import ObjectStore
from pipeline.ports.arrivals import InboundStore
from tests.fakes_store import MemoryObjectStore

MEBIBYTE = 1024 * 1024


@pytest.fixture(
    params=[
        "memory",
        "folder",
        pytest.param("s3_plain", marks=pytest.mark.servers),
        pytest.param("s3_versioned", marks=pytest.mark.servers),
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """Return each store in turn, empty."""
    if request.param == "memory":
        return MemoryObjectStore()
    if request.param == "folder":
        return LocalFolderStore(tmp_path / "store")
    bucket: ObjectStore = request.getfixturevalue(request.param)
    return bucket


class Interrupted(io.RawIOBase):
    """Gives some bytes, then fails with an error of our own, as a decrypting reader does."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self._left = before

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Give bytes as they are in the buffer, then raise."""
        if self._left <= 0:
            raise ObjectMissingError
        given = min(len(cast("bytearray", buffer)), self._left)
        self._left -= given
        return given


def put(store: ObjectStore, key: str, content: bytes = b"ciphertext") -> None:
    """Store the content."""
    store.put(ObjectKey(key), io.BytesIO(content))


def read(store: ObjectStore, key: str) -> bytes:
    """Return the content."""
    with store.open(ObjectKey(key)) as stream:
        return stream.read()


@pytest.mark.parametrize("size", [0, 1, 8 * MEBIBYTE - 1, 8 * MEBIBYTE, 17 * MEBIBYTE])
def test_what_was_put_is_what_is_read(store: ObjectStore, size: int) -> None:
    """An object comes back byte for byte, whatever its size, also at the edges of an upload's parts."""
    content = secrets.token_bytes(size)
    put(store, "sessions/one/recording/1-k", content)

    assert read(store, "sessions/one/recording/1-k") == content


def test_a_key_is_written_once(store: ObjectStore) -> None:
    """A second write to a key is refused, and the first one stays."""
    put(store, "sessions/one/draft/1-k", b"first")
    with pytest.raises(ObjectExistsError):
        put(store, "sessions/one/draft/1-k", b"second")

    assert read(store, "sessions/one/draft/1-k") == b"first"


def test_a_missing_object_is_named_as_missing(store: ObjectStore) -> None:
    """Opening what was never stored raises the error that says so."""
    with pytest.raises(ObjectMissingError):
        store.open(ObjectKey("sessions/none/draft/1-k"))


@pytest.mark.parametrize("before", [10, 20 * MEBIBYTE])
def test_an_interrupted_write_leaves_nothing(store: ObjectStore, before: int) -> None:
    """A body that fails while it is read leaves neither an object nor an unfinished upload, and its error comes out."""
    with pytest.raises(ObjectMissingError):
        store.put(ObjectKey("sessions/one/draft/1-k"), io.BufferedReader(Interrupted(before)))

    assert list(store.versions("sessions/one/")) == []


def test_versions_names_what_lies_under_the_prefix_only(store: ObjectStore) -> None:
    """A listing holds the keys that begin with the prefix, with their sizes, and no other session's."""
    put(store, "sessions/one/draft/1-k", b"12345")
    put(store, "sessions/one/verdicts/1-k", b"123")
    put(store, "sessions/onetwo/draft/1-k", b"1")

    assert sorted((v.key, v.size) for v in store.versions("sessions/one/")) == [
        ("sessions/one/draft/1-k", 5),
        ("sessions/one/verdicts/1-k", 3),
    ]


def test_destroy_removes_everything_under_the_prefix_and_nothing_else(store: ObjectStore) -> None:
    """After a destruction nothing of the prefix is listed or can be read, and neighbours are whole."""
    put(store, "sessions/one/draft/1-k")
    put(store, "sessions/one/draft/2-k")
    put(store, "sessions/onetwo/draft/1-k", b"neighbour")
    removed = store.destroy("sessions/one/")

    assert removed == 2
    assert list(store.versions("sessions/one/")) == []
    with pytest.raises(ObjectMissingError):
        read(store, "sessions/one/draft/1-k")
    assert read(store, "sessions/onetwo/draft/1-k") == b"neighbour"


def test_remove_takes_one_key_and_not_those_that_begin_with_it(store: InboundStore) -> None:
    """Removing an object leaves the one whose key is longer, and again finds nothing."""
    assert isinstance(store, MemoryObjectStore | LocalFolderStore | S3Store)
    put(store, "inbound/session-0001")
    put(store, "inbound/session-00012", b"neighbour")
    counts = store.remove(ObjectKey("inbound/session-0001")), store.remove(ObjectKey("inbound/session-0001"))

    assert counts == (1, 0)
    assert [version.key for version in store.versions("inbound/")] == ["inbound/session-00012"]


def test_destroy_again_finds_nothing(store: ObjectStore) -> None:
    """A repeated destruction is harmless and counts nothing."""
    put(store, "sessions/one/draft/1-k")
    store.destroy("sessions/one/")

    assert store.destroy("sessions/one/") == 0


def test_a_destroyed_key_can_be_written_again(store: ObjectStore) -> None:
    """Nothing of a destroyed object, not even a delete marker, stands in the way of a new one."""
    put(store, "sessions/one/draft/1-k", b"old")
    store.destroy("sessions/one/")
    put(store, "sessions/one/draft/1-k", b"new")

    assert read(store, "sessions/one/draft/1-k") == b"new"


@pytest.mark.parametrize("taken", [True, False], ids=["put", "open"])
def test_no_error_carries_the_key(store: ObjectStore, *, taken: bool) -> None:
    """The errors of a store name neither the object nor the place where it lies."""
    key = "sessions/canary-session/draft/1-k"
    if taken:
        put(store, key)
    with pytest.raises(PipelineError) as caught:
        put(store, key) if taken else read(store, key)

    assert "canary" not in f"{caught.value} {caught.value!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
