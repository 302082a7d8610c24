"""Where artifacts lie and what protects them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from pipeline.domain.artifact import ArtifactKind, Companion, DataKey, ObjectKey, StoredArtifact
from pipeline.domain.session import SessionId


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, or one delete marker, as a listing names it."""

    key: ObjectKey
    version_id: str
    modified_at: datetime
    size: int


class ObjectStore(Protocol):
    """Ciphertext under opaque keys.

    Every method raises ``StoreUnavailableError`` where the store does not answer, and
    ``StoreFullError`` where it has no room.
    """

    def put(self, key: ObjectKey, body: BinaryIO) -> None:
        """Store everything ``body`` yields, in constant memory; a reader never sees a part of it.

        Raises ``ObjectExistsError`` where the key is taken.
        """
        ...

    def open(self, key: ObjectKey) -> BinaryIO:
        """Return a stream of the newest version; raise ``ObjectMissingError`` where there is none."""
        ...

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version, delete marker and unfinished upload under the prefix."""
        ...

    def destroy(self, prefix: str) -> int:
        """Remove every version, delete marker and unfinished upload under the prefix; return how many.

        Safe to call again. Does not say that nothing is left: list again to know.
        """
        ...


class KeyWrapper(Protocol):
    """Wraps data keys under a key that never lies beside what it protects."""

    @property
    def wrapping_key_id(self) -> str:
        """Return the id of the key that new data keys are wrapped under."""
        ...

    def wrap(self, keyset: bytes, associated_data: bytes) -> bytes:
        """Return the keyset, encrypted and bound to the associated data."""
        ...

    def unwrap(self, wrapped: bytes, associated_data: bytes) -> bytes:
        """Return the keyset; raise ``DecryptionError`` where anything does not match."""
        ...


class ArtifactStore(Protocol):
    """Artifacts, encrypted on the way in and decrypted on the way out, in constant memory."""

    def write(
        self, session_id: SessionId, kind: ArtifactKind, attempt: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Encrypt and store; make a data key where ``key`` is ``None``.

        Nothing points to the object, and no key of it is kept, until the ledger commits the result.
        """
        ...

    def prepare(self, session_id: SessionId, kind: ArtifactKind) -> StoredArtifact:
        """Return an artifact that is still to come, with a new key, so that something can lie beside it already."""
        ...

    def read(self, artifact: StoredArtifact) -> BinaryIO:
        """Return a stream of the plaintext; raise ``DecryptionError`` where anything was changed."""
        ...

    def write_beside(self, artifact: StoredArtifact, companion: Companion, attempt: int, body: bytes) -> None:
        """Encrypt under the artifact's own key and store beside it; no row will name it."""
        ...

    def read_beside(self, artifact: StoredArtifact, companion: Companion) -> bytes | None:
        """Return the companion that the latest attempt wrote; ``None`` where there is none that can be read."""
        ...

    def drop_beside(self, artifact: StoredArtifact, companion: Companion) -> int:
        """Remove a companion, of all attempts; return how many versions there were."""
        ...

    def destroy(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Remove every version of every object of this kind, companions too; return how many there were."""
        ...

    def remaining(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """List again and return how many versions are left."""
        ...


class PartStore(ArtifactStore, Protocol):
    """An artifact store that also takes an artifact in parts."""

    def write_part(
        self, session_id: SessionId, kind: ArtifactKind, number: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Encrypt and store a part, under a number that no other part of this key has; as ``write`` otherwise."""
        ...

    def join(self, parts: Sequence[StoredArtifact], attempt: int) -> StoredArtifact:
        """Make the parts, as they lie and in this order, one artifact that ``read`` reads whole.

        ``attempt`` is no part's number. The parts are not touched: they are the artifact, for as long as it is there.
        """
        ...


class Signer(Protocol):
    """Signs certificates and audit checkpoints with a key that outlives the sessions."""

    @property
    def signing_key_id(self) -> str:
        """Return the id of the key, as it stands beside a signature."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature (RFC 8032)."""
        ...

    def check(self, message: bytes, signature: bytes) -> bool:
        """Say whether the signature is of this message by this key."""
        ...
