"""The wrapping key in a local file: several versions of it, of which the newest wraps and all unwrap."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import tink
from tink import aead, secret_key_access

from pipeline.adapters.keys.key_file import read_key_file, write_key_file
from pipeline.errors import DecryptionError, KeyFileInvalidError, KeyInUseError

_FORMAT = "nightscribe-wrapping-keys-v1"


@dataclass(frozen=True, slots=True)
class _WrappingKey:
    key_id: str
    keyset: dict[str, Any] = field(repr=False)

    def primitive(self) -> aead.Aead:
        aead.register()
        handle = tink.json_proto_keyset_format.parse(json.dumps(self.keyset), secret_key_access.TOKEN)
        return handle.primitive(aead.Aead)


def _new_key() -> _WrappingKey:
    aead.register()
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    keyset = json.loads(tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN))
    return _WrappingKey(f"local-{keyset['primaryKeyId']}", keyset)


class LocalKeyFile:
    """A key wrapper over a JSON file of Tink AES-256-GCM keysets, newest last.

    ``apart_from`` names the folders that the file must not lie in. Raises ``KeyFileMissingError`` and
    ``KeyFileUnsafeError``.
    """

    def __init__(self, path: Path, apart_from: Sequence[Path] = ()) -> None:
        self._path = path
        self._apart_from = tuple(apart_from)
        self._load(_parse(read_key_file(path, self._apart_from)))

    @classmethod
    def create(cls, path: Path, apart_from: Sequence[Path] = ()) -> "LocalKeyFile":
        """Return the key file at ``path``, made now unless it is there: an existing key is never overwritten."""
        write_key_file(path, _serialize((_new_key(),)), apart_from, replace=False)
        return cls(path, apart_from)

    def _load(self, keys: Sequence[_WrappingKey]) -> None:
        self._keys = tuple(keys)
        self._primitives = {key.key_id: key.primitive() for key in self._keys}

    @property
    def wrapping_key_id(self) -> str:
        """Return the id of the key that new data keys are wrapped under."""
        return self._keys[-1].key_id

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Return every key in the file, oldest first."""
        return tuple(key.key_id for key in self._keys)

    def wrap(self, keyset: bytes, associated_data: bytes) -> bytes:
        """Return the keyset, encrypted and bound to the associated data."""
        return cast("bytes", self._primitives[self.wrapping_key_id].encrypt(keyset, associated_data))

    def unwrap(self, wrapped: bytes, associated_data: bytes) -> bytes:
        """Return the keyset; raise ``DecryptionError`` where anything does not match."""
        for key_id in reversed(self.key_ids):
            try:
                return cast("bytes", self._primitives[key_id].decrypt(wrapped, associated_data))
            except tink.TinkError:
                continue
        raise DecryptionError

    def rotate(self) -> str:
        """Add a key, which wraps from now on, and return its id; the older ones still unwrap."""
        self._replace((*self._keys, _new_key()))
        return self.wrapping_key_id

    def forget(self, key_id: str) -> None:
        """Remove an older key for good: whatever is still wrapped under it can never be read again."""
        if key_id == self.wrapping_key_id:
            raise KeyInUseError(wrapping_key_id=key_id)
        self._replace(tuple(key for key in self._keys if key.key_id != key_id))

    def _replace(self, keys: Sequence[_WrappingKey]) -> None:
        write_key_file(self._path, _serialize(keys), self._apart_from, replace=True)
        self._load(keys)


def _serialize(keys: Sequence[_WrappingKey]) -> bytes:
    document = {"format": _FORMAT, "keys": [{"key_id": key.key_id, "keyset": key.keyset} for key in keys]}
    return json.dumps(document, indent=1).encode()


def _parse(content: bytes) -> tuple[_WrappingKey, ...]:
    try:
        document = json.loads(content)
        keys = tuple(_WrappingKey(str(entry["key_id"]), dict(entry["keyset"])) for entry in document["keys"])
        known = document["format"] == _FORMAT
    except (ValueError, KeyError, TypeError):
        raise KeyFileInvalidError from None
    if not keys or not known:
        raise KeyFileInvalidError
    return keys
