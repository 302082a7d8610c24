"""An object store and a key wrapper in memory, held to the same contract as the real ones."""

import hashlib
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from pipeline.domain.artifact import ObjectKey
from pipeline.errors import (
    DecryptionError,
    ObjectExistsError,
    ObjectMissingError,
    StoreFullError,
    StoreUnavailableError,
)
from pipeline.ports import ObjectVersion

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class MemoryObjectStore:
    """Objects in a dictionary; ``unavailable`` and ``full`` make it fail as a real one would."""

    objects: dict[str, bytes] = field(default_factory=dict, repr=False)
    unavailable: bool = False
    full: bool = False

    def put(self, key: ObjectKey, body: BinaryIO) -> None:
        """Keep the whole body, or nothing."""
        self._answer()
        if key in self.objects:
            raise ObjectExistsError
        content = b"".join(iter(lambda: body.read(64 * 1024), b""))
        if self.full:
            raise StoreFullError
        self.objects[key] = content

    def open(self, key: ObjectKey) -> BinaryIO:
        """Return the object."""
        self._answer()
        if key not in self.objects:
            raise ObjectMissingError
        return io.BytesIO(self.objects[key])

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield one version for each object."""
        self._answer()
        for key, content in sorted(self.objects.items()):
            if key.startswith(prefix):
                yield ObjectVersion(ObjectKey(key), "null", _MOMENT, len(content))

    def destroy(self, prefix: str) -> int:
        """Forget everything under the prefix."""
        doomed = [version.key for version in self.versions(prefix)]
        for key in doomed:
            del self.objects[key]
        return len(doomed)

    def remove(self, key: ObjectKey) -> int:
        """Forget this one object."""
        self._answer()
        return 0 if self.objects.pop(key, None) is None else 1

    def _answer(self) -> None:
        if self.unavailable:
            raise StoreUnavailableError


@dataclass
class MemoryKeyWrapper:
    """Hands out tickets for the keysets that it keeps; no cryptography."""

    wrapping_key_id: str = "memory-1"
    kept: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict, repr=False)

    def wrap(self, keyset: bytes, associated_data: bytes) -> bytes:
        """Return a ticket."""
        ticket = secrets.token_bytes(16)
        self.kept[ticket] = (keyset, hashlib.sha256(associated_data).digest())
        return ticket

    def unwrap(self, wrapped: bytes, associated_data: bytes) -> bytes:
        """Return the keyset of a ticket for the same associated data."""
        keyset, bound_to = self.kept.get(wrapped, (b"", b""))
        if bound_to != hashlib.sha256(associated_data).digest():
            raise DecryptionError
        return keyset
