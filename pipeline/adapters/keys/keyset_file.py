"""Several versions of one Tink key in a JSON file: the newest is used, the older ones still open what they closed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tink
from tink import secret_key_access

from pipeline.adapters.keys.key_file import read_key_file, write_key_file
from pipeline.errors import KeyFileInvalidError, KeyInUseError


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One keyset and the id by which rows name it."""

    key_id: str
    keyset: dict[str, Any] = field(repr=False)

    @property
    def handle(self) -> "tink.KeysetHandle":
        """Return the keyset as Tink wants it."""
        try:
            return tink.json_proto_keyset_format.parse(json.dumps(self.keyset), secret_key_access.TOKEN)
        except tink.TinkError:
            raise KeyFileInvalidError from None


@dataclass(frozen=True, slots=True)
class KeysetFile:
    """The file, and how a new version of its key is made.

    Loading raises ``KeyFileMissingError``, ``KeyFileUnsafeError`` and ``KeyFileInvalidError``.
    """

    path: Path
    apart_from: tuple[Path, ...]
    #: Names what the file is for, so that one key file is not taken for another.
    form: str
    #: What a key's id begins with.
    name: str
    new_handle: Callable[[], "tink.KeysetHandle"]

    def load(self) -> tuple[KeyVersion, ...]:
        """Return the versions, oldest first."""
        try:
            document = json.loads(read_key_file(self.path, self.apart_from))
            versions = tuple(KeyVersion(str(entry["key_id"]), dict(entry["keyset"])) for entry in document["keys"])
            known = document["format"] == self.form
        except (ValueError, KeyError, TypeError):
            raise KeyFileInvalidError from None
        if not versions or not known:
            raise KeyFileInvalidError
        return versions

    def create(self) -> None:
        """Make the file with one version, unless it is there: an existing key is never overwritten."""
        self._write((self._made(),), replace=False)

    def rotate(self) -> tuple[KeyVersion, ...]:
        """Add a version, which is used from now on; return all."""
        self._write((*self.load(), self._made()), replace=True)
        return self.load()

    def forget(self, key_id: str) -> tuple[KeyVersion, ...]:
        """Remove an older version for good; raise ``KeyInUseError`` for the newest."""
        versions = self.load()
        if key_id == versions[-1].key_id:
            raise KeyInUseError(key_id=key_id)
        self._write([version for version in versions if version.key_id != key_id], replace=True)
        return self.load()

    def _made(self) -> KeyVersion:
        keyset = json.loads(tink.json_proto_keyset_format.serialize(self.new_handle(), secret_key_access.TOKEN))
        return KeyVersion(f"{self.name}-{keyset['primaryKeyId']}", keyset)

    def _write(self, versions: Sequence[KeyVersion], *, replace: bool) -> None:
        keys = [{"key_id": version.key_id, "keyset": version.keyset} for version in versions]
        content = json.dumps({"format": self.form, "keys": keys}, indent=1).encode()
        write_key_file(self.path, content, self.apart_from, replace=replace)
