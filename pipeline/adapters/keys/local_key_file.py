"""The wrapping key in a local file: several versions of it, of which the newest wraps and all unwrap."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import tink
from tink import aead

from pipeline.adapters.keys.keyset_file import KeysetFile, KeyVersion
from pipeline.errors import DecryptionError


class LocalKeyFile:
    """A key wrapper over a JSON file of Tink AES-256-GCM keysets, newest last.

    ``apart_from`` names the folders that the file must not lie in. Raises ``KeyFileMissingError``,
    ``KeyFileUnsafeError`` and ``KeyFileInvalidError``.
    """

    def __init__(self, path: Path, apart_from: Sequence[Path] = ()) -> None:
        self._file = _file(path, apart_from)
        self._use(self._file.load())

    @classmethod
    def create(cls, path: Path, apart_from: Sequence[Path] = ()) -> "LocalKeyFile":
        """Return the key file at ``path``, made now unless it is there: an existing key is never overwritten."""
        _file(path, apart_from).create()
        return cls(path, apart_from)

    def _use(self, versions: Sequence[KeyVersion]) -> None:
        self._primitives = {version.key_id: version.handle.primitive(aead.Aead) for version in versions}
        self._newest = versions[-1].key_id

    @property
    def wrapping_key_id(self) -> str:
        """Return the id of the key that new data keys are wrapped under."""
        return self._newest

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Return every key in the file, oldest first."""
        return tuple(self._primitives)

    def wrap(self, keyset: bytes, associated_data: bytes) -> bytes:
        """Return the keyset, encrypted and bound to the associated data."""
        return cast("bytes", self._primitives[self._newest].encrypt(keyset, associated_data))

    def unwrap(self, wrapped: bytes, associated_data: bytes) -> bytes:
        """Return the keyset; raise ``DecryptionError`` where anything does not match."""
        keyset = self._unwrapped(wrapped, associated_data)
        if keyset is None:
            # Another process may have rotated the key since this one read the file.
            self._use(self._file.load())
            keyset = self._unwrapped(wrapped, associated_data)
        if keyset is None:
            raise DecryptionError
        return keyset

    def _unwrapped(self, wrapped: bytes, associated_data: bytes) -> bytes | None:
        for primitive in self._primitives.values():
            try:
                return cast("bytes", primitive.decrypt(wrapped, associated_data))
            except tink.TinkError:
                continue
        return None

    def rotate(self) -> str:
        """Add a key, which wraps from now on, and return its id; the older ones still unwrap."""
        self._use(self._file.rotate())
        return self._newest

    def forget(self, key_id: str) -> None:
        """Remove an older key for good: whatever is still wrapped under it can never be read again.

        Raises ``KeyInUseError`` for the newest.
        """
        self._use(self._file.forget(key_id))


def _file(path: Path, apart_from: Sequence[Path]) -> KeysetFile:
    aead.register()
    return KeysetFile(path, tuple(apart_from), "nightscribe-wrapping-keys-v1", "local", _new_handle)


def _new_handle() -> "tink.KeysetHandle":
    return tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
