"""An artifact that lies in parts: read whole, and found out wherever a part was tampered with."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.domain.artifact import ArtifactKind, ObjectKey, StoredArtifact
from pipeline.domain.session import SessionId
from pipeline.errors import DecryptionError, KeyDestroyedError, ObjectMissingError
from tests.fakes_store import MemoryObjectStore

ONE, TWO = SessionId("session-one"), SessionId("session-two")
#: More than a segment, nothing but one byte, and the rest.
BODIES = (b"a" * (1 << 20) + b"b" * 500, b"c", b"d" * 2000)


@pytest.fixture
def objects() -> MemoryObjectStore:
    """Return the bucket."""
    return MemoryObjectStore()


@pytest.fixture
def store(objects: MemoryObjectStore, tmp_path: Path) -> EncryptedArtifactStore:
    """Return the store over it."""
    return EncryptedArtifactStore(objects, LocalKeyFile.create(tmp_path / "keys.json"))


def in_parts(store: EncryptedArtifactStore, session_id: SessionId = ONE) -> list[StoredArtifact]:
    """Store the bodies as parts under one key."""
    parts: list[StoredArtifact] = []
    for number, body in enumerate(BODIES, 1):
        key = parts[0].data_key if parts else None
        parts.append(store.write_part(session_id, ArtifactKind.RECORDING, number, io.BytesIO(body), key=key))
    return parts


def read(store: EncryptedArtifactStore, artifact: StoredArtifact) -> bytes:
    """Return the plaintext."""
    with store.read(artifact) as stream:
        return stream.read()


def test_parts_are_read_as_one(store: EncryptedArtifactStore) -> None:
    """What was stored in parts comes back whole, in the order in which the parts were joined."""
    parts = in_parts(store)

    assert read(store, store.join(parts, 4)) == b"".join(BODIES)
    assert read(store, store.join(parts[::-1], 5)) == b"".join(BODIES[::-1])


def test_the_size_of_the_whole_is_that_of_its_parts(store: EncryptedArtifactStore) -> None:
    """Who guesses a recording's length by its size does so by all of it."""
    parts = in_parts(store)

    assert store.join(parts, 4).ciphertext_bytes == sum(part.ciphertext_bytes for part in parts)


def _exchanged(objects: dict[str, bytes], parts: list[StoredArtifact]) -> None:
    first, last = parts[0].object_key, parts[2].object_key
    objects[first], objects[last] = objects[last], objects[first]


def _repeated(objects: dict[str, bytes], parts: list[StoredArtifact]) -> None:
    objects[parts[1].object_key] = objects[parts[2].object_key]


def _cut(objects: dict[str, bytes], parts: list[StoredArtifact]) -> None:
    objects[parts[0].object_key] = objects[parts[0].object_key][: 1 << 20]


def _flipped(objects: dict[str, bytes], parts: list[StoredArtifact]) -> None:
    body = bytearray(objects[parts[2].object_key])
    body[-1] ^= 1
    objects[parts[2].object_key] = bytes(body)


def _emptied(objects: dict[str, bytes], parts: list[StoredArtifact]) -> None:
    objects[parts[2].object_key] = b""


@pytest.mark.parametrize("tamper", [_exchanged, _repeated, _cut, _flipped, _emptied])
def test_a_part_that_was_tampered_with_is_found(
    store: EncryptedArtifactStore,
    objects: MemoryObjectStore,
    tamper: Callable[[dict[str, bytes], list[StoredArtifact]], None],
) -> None:
    """Parts exchanged, repeated, cut off, changed or emptied make the reading fail, and never a shorter recording."""
    parts = in_parts(store)
    whole = store.join(parts, 4)

    tamper(objects.objects, parts)

    with pytest.raises(DecryptionError):
        read(store, whole)


def test_a_part_that_is_gone_is_missed(store: EncryptedArtifactStore, objects: MemoryObjectStore) -> None:
    """A recording without its last part cannot be read as a shorter one."""
    parts = in_parts(store)
    whole = store.join(parts, 4)

    objects.destroy(parts[2].object_key)

    with pytest.raises(ObjectMissingError):
        read(store, whole)


def test_a_list_counts_for_its_own_artifact_alone(store: EncryptedArtifactStore, objects: MemoryObjectStore) -> None:
    """Another list of the same key, a part in its place, or another session's list is refused."""
    parts = in_parts(store)
    whole, shorter = store.join(parts, 4), store.join(parts[:2], 5)
    other = store.join(in_parts(store, TWO), 4)
    for wrong in (shorter.object_key, parts[1].object_key, other.object_key):
        objects.objects["sessions/wrong.parts"] = objects.objects[wrong]

        with pytest.raises(DecryptionError):
            read(store, dataclasses.replace(whole, object_key=ObjectKey("sessions/wrong.parts")))


def test_a_part_is_no_whole(store: EncryptedArtifactStore) -> None:
    """A part cannot be passed off as the recording."""
    with pytest.raises(DecryptionError):
        read(store, in_parts(store)[2])


def test_one_deletion_takes_parts_and_list(store: EncryptedArtifactStore, objects: MemoryObjectStore) -> None:
    """Destroying the kind leaves nothing of it in the store, and without its key nothing could be read before."""
    whole = store.join(in_parts(store), 4)
    gone = dataclasses.replace(whole, data_key=dataclasses.replace(whole.data_key, wrapped=b""))

    with pytest.raises(KeyDestroyedError):
        store.read(gone)
    removed = store.destroy(ONE, ArtifactKind.RECORDING)

    assert (removed, store.remaining(ONE, ArtifactKind.RECORDING), objects.objects) == (4, 0, {})
