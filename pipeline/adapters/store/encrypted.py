"""Artifacts encrypted on their way into an object store, with one keyset for each session and artifact kind."""

import io
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from pipeline.adapters.keys.streaming import EncryptingReader, decrypting, new_keyset
from pipeline.adapters.store.parts import bound_list, bound_part, read_list, read_parts, write_list
from pipeline.domain.artifact import (
    ArtifactKind,
    Companion,
    DataKey,
    KeyId,
    StoredArtifact,
    associated_data,
    companion_key,
    companion_prefix,
    kind_prefix,
    lies_in_parts,
    object_key,
    parts_key,
)
from pipeline.domain.session import SessionId
from pipeline.errors import DecryptionError, KeyDestroyedError, ObjectMissingError
from pipeline.ports import KeyWrapper, ObjectStore

_BUFFER = 256 * 1024


class EncryptedArtifactStore:
    """The artifact store: Tink streaming AEAD over any object store.

    A data key whose ``wrapped`` is empty is a destroyed one.
    """

    def __init__(self, objects: ObjectStore, keys: KeyWrapper) -> None:
        self._objects = objects
        self._keys = keys

    def write(
        self, session_id: SessionId, kind: ArtifactKind, attempt: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Encrypt and store; make a data key where ``key`` is ``None``."""
        data_key, keyset = self._made(session_id, kind) if key is None else (key, self._keyset(session_id, kind, key))
        target = object_key(session_id, kind, data_key.key_id, attempt)
        stored = StoredArtifact(session_id, kind, attempt, target, data_key, "", 0)
        return self._put(stored, body, keyset, associated_data(session_id, kind, data_key.key_id))

    def prepare(self, session_id: SessionId, kind: ArtifactKind) -> StoredArtifact:
        """Return an artifact that is still to come, with a new key; nothing is written."""
        data_key, _ = self._made(session_id, kind)
        target = object_key(session_id, kind, data_key.key_id, 0)
        return StoredArtifact(session_id, kind, 0, target, data_key, "", 0)

    def write_part(
        self, session_id: SessionId, kind: ArtifactKind, number: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Encrypt and store a part of what will be one artifact."""
        data_key, keyset = self._made(session_id, kind) if key is None else (key, self._keyset(session_id, kind, key))
        target = object_key(session_id, kind, data_key.key_id, number)
        stored = StoredArtifact(session_id, kind, number, target, data_key, "", 0)
        return self._put(stored, body, keyset, bound_part(stored, number))

    def join(self, parts: Sequence[StoredArtifact], attempt: int) -> StoredArtifact:
        """Make the parts, as they lie and in this order, one artifact; its size is all of theirs."""
        first = parts[0]
        target = parts_key(first.session_id, first.kind, first.data_key.key_id, attempt)
        whole = replace(first, attempt=attempt, object_key=target)
        listed = self._put(whole, io.BytesIO(write_list(parts)), self._key_of(whole), bound_list(whole))
        return replace(listed, ciphertext_bytes=sum(part.ciphertext_bytes for part in parts))

    def read(self, artifact: StoredArtifact) -> BinaryIO:
        """Return a stream of the plaintext.

        Raises ``KeyDestroyedError`` at once, and ``DecryptionError`` while it is read, where anything was changed.
        """
        keyset = self._key_of(artifact)
        bound_to = associated_data(artifact.session_id, artifact.kind, artifact.data_key.key_id)
        ciphertext = self._objects.open(artifact.object_key)
        if not lies_in_parts(artifact.object_key):
            return decrypting(ciphertext, keyset, bound_to, sha256=artifact.ciphertext_sha256)
        with decrypting(ciphertext, keyset, bound_list(artifact), sha256=artifact.ciphertext_sha256) as text:
            listed = read_list(text.read())
        return read_parts(artifact, listed, keyset, self._objects)

    def write_beside(self, artifact: StoredArtifact, companion: Companion, attempt: int, body: bytes) -> None:
        """Encrypt under the artifact's own key and store beside it."""
        reader = EncryptingReader(io.BytesIO(body), self._key_of(artifact), _bound_beside(artifact, companion))
        self._objects.put(companion_key(artifact, companion, attempt), io.BufferedReader(reader, _BUFFER))

    def read_beside(self, artifact: StoredArtifact, companion: Companion) -> bytes | None:
        """Return the companion that the latest attempt wrote.

        One that is damaged, half written or deleted meanwhile is as good as none: nothing depends on it.
        """
        listed = [version.key for version in self._objects.versions(companion_prefix(artifact, companion))]
        if not listed:
            return None
        keyset = self._key_of(artifact)
        try:
            with decrypting(self._objects.open(max(listed)), keyset, _bound_beside(artifact, companion)) as body:
                return body.read()
        except (ObjectMissingError, DecryptionError):
            return None

    def drop_beside(self, artifact: StoredArtifact, companion: Companion) -> int:
        """Remove a companion, of all attempts; return how many versions there were."""
        return self._objects.destroy(companion_prefix(artifact, companion))

    def destroy(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Remove every version of every object of this kind, companions too; return how many there were."""
        return self._objects.destroy(kind_prefix(session_id, kind))

    def remaining(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """List again and return how many versions are left."""
        return sum(1 for _ in self._objects.versions(kind_prefix(session_id, kind)))

    def _put(self, artifact: StoredArtifact, body: BinaryIO, keyset: bytes, bound_to: bytes) -> StoredArtifact:
        reader = EncryptingReader(body, keyset, bound_to)
        self._objects.put(artifact.object_key, io.BufferedReader(reader, _BUFFER))
        return replace(artifact, ciphertext_sha256=reader.ciphertext_sha256, ciphertext_bytes=reader.ciphertext_bytes)

    def _made(self, session_id: SessionId, kind: ArtifactKind) -> tuple[DataKey, bytes]:
        key_id = KeyId(uuid.uuid4().hex)
        keyset = new_keyset()
        wrapped = self._keys.wrap(keyset, associated_data(session_id, kind, key_id))
        return DataKey(key_id, wrapped, self._keys.wrapping_key_id), keyset

    def _key_of(self, artifact: StoredArtifact) -> bytes:
        return self._keyset(artifact.session_id, artifact.kind, artifact.data_key)

    def _keyset(self, session_id: SessionId, kind: ArtifactKind, key: DataKey) -> bytes:
        if not key.wrapped:
            raise KeyDestroyedError(session_id=session_id, kind=kind)
        return self._keys.unwrap(key.wrapped, associated_data(session_id, kind, key.key_id))


def _bound_beside(artifact: StoredArtifact, companion: Companion) -> bytes:
    bound_to = associated_data(artifact.session_id, artifact.kind, artifact.data_key.key_id)
    return b"|".join((bound_to, companion.encode()))
