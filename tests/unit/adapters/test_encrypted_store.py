"""The encrypted artifact store: what lies in the bucket, and what happens when it was tampered with."""

import dataclasses
import hashlib
import io
import secrets
from pathlib import Path

import pytest

from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.domain.artifact import ArtifactKind, Companion, ObjectKey, StoredArtifact, object_key
from pipeline.domain.session import SessionId
from pipeline.errors import DecryptionError, KeyDestroyedError, StoreUnavailableError
from tests.fakes_store import MemoryObjectStore

ONE, TWO = SessionId("session-one"), SessionId("session-two")
SEGMENT = 1024 * 1024
#: What the first segment's header and each segment's tag take, Tink's AES-GCM-HKDF streaming format.
HEADER, TAG = 40, 16


@pytest.fixture
def objects() -> MemoryObjectStore:
    """Return the bucket."""
    return MemoryObjectStore()


@pytest.fixture
def store(objects: MemoryObjectStore, tmp_path: Path) -> EncryptedArtifactStore:
    """Return the store over it."""
    return EncryptedArtifactStore(objects, LocalKeyFile.create(tmp_path / "keys.json"))


def write(
    store: EncryptedArtifactStore,
    body: bytes,
    session_id: SessionId = ONE,
    kind: ArtifactKind = ArtifactKind.TRANSCRIPT,
) -> StoredArtifact:
    """Store the body as a first attempt."""
    return store.write(session_id, kind, 1, io.BytesIO(body), key=None)


def read(store: EncryptedArtifactStore, artifact: StoredArtifact) -> bytes:
    """Return the plaintext."""
    with store.read(artifact) as stream:
        return stream.read()


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        SEGMENT - HEADER - TAG - 1,
        SEGMENT - HEADER - TAG,
        SEGMENT - HEADER - TAG + 1,
        2 * SEGMENT,
        3 * SEGMENT + 7,
    ],
)
def test_what_was_written_is_what_is_read(store: EncryptedArtifactStore, size: int) -> None:
    """An artifact comes back byte for byte, also at the edges of an encrypted segment."""
    body = secrets.token_bytes(size)

    assert read(store, write(store, body)) == body


def test_the_bucket_holds_ciphertext_under_an_opaque_key(
    store: EncryptedArtifactStore, objects: MemoryObjectStore
) -> None:
    """What lies in the object store has none of the plaintext, and the row says its true digest and length."""
    artifact = write(store, b"a phrase that must not lie in a bucket" * 100)
    ((key, ciphertext),) = objects.objects.items()

    assert b"phrase" not in ciphertext
    assert key == artifact.object_key == object_key(ONE, ArtifactKind.TRANSCRIPT, artifact.data_key.key_id, 1)
    assert artifact.ciphertext_bytes == len(ciphertext)
    assert artifact.ciphertext_sha256 == hashlib.sha256(ciphertext).hexdigest()


def test_each_session_and_kind_has_a_key_of_its_own(store: EncryptedArtifactStore) -> None:
    """No two (session, kind) pairs share a data key."""
    artifacts = [write(store, b"x", session, kind) for session in (ONE, TWO) for kind in ArtifactKind]

    assert len({artifact.data_key.key_id for artifact in artifacts}) == len(artifacts)
    assert len({artifact.data_key.wrapped for artifact in artifacts}) == len(artifacts)


def test_a_second_attempt_reuses_the_key_and_overwrites_nothing(store: EncryptedArtifactStore) -> None:
    """A later attempt under the same data key is another object, and both can be read."""
    first = write(store, b"first")
    second = store.write(ONE, ArtifactKind.TRANSCRIPT, 2, io.BytesIO(b"second"), key=first.data_key)

    assert second.data_key == first.data_key
    assert (read(store, first), read(store, second)) == (b"first", b"second")


@pytest.mark.parametrize("kind", ArtifactKind)
@pytest.mark.parametrize("session_id", [ONE, TWO])
def test_a_ciphertext_moved_elsewhere_does_not_decrypt(
    store: EncryptedArtifactStore, session_id: SessionId, kind: ArtifactKind
) -> None:
    """An object and its key claimed for any other session or kind are refused."""
    artifact = write(store, b"secret")
    moved = dataclasses.replace(artifact, session_id=session_id, kind=kind)
    if (session_id, kind) == (ONE, ArtifactKind.TRANSCRIPT):
        assert read(store, moved) == b"secret"
        return

    with pytest.raises(DecryptionError):
        read(store, moved)


def test_a_swapped_object_does_not_decrypt(store: EncryptedArtifactStore, objects: MemoryObjectStore) -> None:
    """The object of another session in this one's place is refused."""
    mine, theirs = write(store, b"mine"), write(store, b"theirs", TWO)
    objects.objects[mine.object_key] = objects.objects[theirs.object_key]

    with pytest.raises(DecryptionError):
        read(store, mine)


def test_an_older_attempt_in_the_newer_ones_place_is_refused(
    store: EncryptedArtifactStore, objects: MemoryObjectStore
) -> None:
    """An object of the same session, kind and key is still not another attempt's: the digest tells."""
    first = write(store, b"first")
    second = store.write(ONE, ArtifactKind.TRANSCRIPT, 2, io.BytesIO(b"other"), key=first.data_key)
    objects.objects[second.object_key] = objects.objects[first.object_key]

    with pytest.raises(DecryptionError):
        read(store, second)


LONG = 2 * SEGMENT + 1000


@pytest.mark.parametrize(
    "length", [0, 1, HEADER - 1, HEADER, HEADER + TAG, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, LONG]
)
def test_a_truncated_object_is_refused(store: EncryptedArtifactStore, objects: MemoryObjectStore, length: int) -> None:
    """A ciphertext cut off anywhere, at a segment's edge too, is refused before its end is believed."""
    artifact = write(store, b"s" * LONG)
    objects.objects[artifact.object_key] = objects.objects[artifact.object_key][:length]

    with pytest.raises(DecryptionError):
        read(store, artifact)


@pytest.mark.parametrize("offset", [0, 1, 20, HEADER, HEADER + 5, SEGMENT - 1, SEGMENT, SEGMENT + 500, -1])
def test_a_flipped_bit_is_found(store: EncryptedArtifactStore, objects: MemoryObjectStore, offset: int) -> None:
    """One changed bit in any field of the ciphertext is enough."""
    artifact = write(store, b"s" * (SEGMENT + 1000))
    changed = bytearray(objects.objects[artifact.object_key])
    changed[offset] ^= 1
    objects.objects[artifact.object_key] = bytes(changed)

    with pytest.raises(DecryptionError):
        read(store, artifact)


def test_appended_bytes_are_found(store: EncryptedArtifactStore, objects: MemoryObjectStore) -> None:
    """A longer ciphertext is refused as a shorter one is."""
    artifact = write(store, b"s" * 1000)
    objects.objects[artifact.object_key] += b"\0"

    with pytest.raises(DecryptionError):
        read(store, artifact)


def test_a_destroyed_key_is_told_from_a_wrong_one(store: EncryptedArtifactStore) -> None:
    """An artifact whose key was destroyed says so, for reading and for writing under that key."""
    artifact = write(store, b"gone")
    destroyed = dataclasses.replace(artifact.data_key, wrapped=b"")

    with pytest.raises(KeyDestroyedError):
        store.read(dataclasses.replace(artifact, data_key=destroyed))
    with pytest.raises(KeyDestroyedError):
        store.write(ONE, ArtifactKind.TRANSCRIPT, 2, io.BytesIO(b"x"), key=destroyed)


def test_another_deployments_key_file_reads_nothing(
    store: EncryptedArtifactStore, objects: MemoryObjectStore, tmp_path: Path
) -> None:
    """Bucket and rows without the key file are worth nothing."""
    artifact = write(store, b"secret")
    elsewhere = EncryptedArtifactStore(objects, LocalKeyFile.create(tmp_path / "other.json"))

    with pytest.raises(DecryptionError):
        elsewhere.read(artifact)


def test_a_store_that_fails_midway_is_not_taken_for_tampering(
    store: EncryptedArtifactStore, objects: MemoryObjectStore
) -> None:
    """A connection lost while ciphertext is read stays transient, so that the stage is tried again."""

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= SEGMENT:
                raise StoreUnavailableError
            return super().read(size)

    artifact = write(store, b"s" * LONG)

    class BreakingStore(MemoryObjectStore):
        def open(self, key: ObjectKey) -> io.BytesIO:
            return Breaking(self.objects[key])

    broken = EncryptedArtifactStore(BreakingStore(objects.objects), store._keys)  # noqa: SLF001 # the same keys over a broken store
    with pytest.raises(StoreUnavailableError):
        read(broken, artifact)


def test_destroy_leaves_other_kinds_and_sessions(store: EncryptedArtifactStore) -> None:
    """Deleting one kind of one session touches nothing else."""
    write(store, b"1")
    kept = [write(store, b"2", ONE, ArtifactKind.DRAFT), write(store, b"3", TWO)]

    assert store.destroy(ONE, ArtifactKind.TRANSCRIPT) == 1
    assert store.remaining(ONE, ArtifactKind.TRANSCRIPT) == 0
    assert [read(store, artifact) for artifact in kept] == [b"2", b"3"]


def test_a_companion_lies_under_its_artifacts_key_and_goes_with_it(
    store: EncryptedArtifactStore, objects: MemoryObjectStore
) -> None:
    """What lies beside an artifact is ciphertext in its folder, and is deleted and counted with it."""
    recording = write(store, b"sound", kind=ArtifactKind.RECORDING)
    store.write_beside(recording, Companion.VOCABULARY, 0, b"Lamictal")

    assert store.read_beside(recording, Companion.VOCABULARY) == b"Lamictal"
    assert b"Lamictal" not in b"".join(objects.objects.values())
    assert store.remaining(ONE, ArtifactKind.RECORDING) == 2
    assert store.destroy(ONE, ArtifactKind.RECORDING) == 2
    assert store.read_beside(recording, Companion.VOCABULARY) is None


def test_a_companion_cannot_be_read_once_the_key_is_destroyed(store: EncryptedArtifactStore) -> None:
    """With the artifact's key the companion is gone too, wherever copies of it lie."""
    recording = write(store, b"sound", kind=ArtifactKind.RECORDING)
    store.write_beside(recording, Companion.INTERIM, 1, b"words")
    destroyed = dataclasses.replace(recording.data_key, wrapped=b"")

    with pytest.raises(KeyDestroyedError):
        store.read_beside(dataclasses.replace(recording, data_key=destroyed), Companion.INTERIM)


def test_the_latest_attempts_companion_is_the_one(store: EncryptedArtifactStore) -> None:
    """Attempts do not overwrite each other; the latest is read, and all are dropped together."""
    recording = write(store, b"sound", kind=ArtifactKind.RECORDING)
    for attempt in (2, 10, 9):
        store.write_beside(recording, Companion.INTERIM, attempt, f"attempt {attempt}".encode())

    assert store.read_beside(recording, Companion.INTERIM) == b"attempt 10"
    assert store.drop_beside(recording, Companion.INTERIM) == 3
    assert store.read_beside(recording, Companion.INTERIM) is None
    assert read(store, recording) == b"sound"


@pytest.mark.parametrize("other", [Companion.VOCABULARY, Companion.INTERIM])
def test_a_companion_that_was_changed_or_swapped_is_none(
    store: EncryptedArtifactStore, objects: MemoryObjectStore, other: Companion
) -> None:
    """A damaged companion, or one put in another's place, is as good as none."""
    recording = write(store, b"sound", kind=ArtifactKind.RECORDING)
    store.write_beside(recording, Companion.INTERIM, 1, b"words")
    (key,) = [key for key in objects.objects if "interim" in key]
    body = objects.objects.pop(key)
    changed = body[:-1] + bytes([body[-1] ^ 1]) if other is Companion.INTERIM else body
    objects.objects[key.replace("interim", other)] = changed

    assert store.read_beside(recording, other) is None
