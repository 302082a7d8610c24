"""A key file on disk: readable by its owner alone, apart from what it protects, replaced whole or not at all."""

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import KeyFileMissingError, KeyFileUnsafeError

_OWNER_ONLY = 0o600


def read_key_file(path: Path, apart_from: Sequence[Path]) -> bytes:
    """Return the file's bytes.

    Raises ``KeyFileMissingError``, and ``KeyFileUnsafeError`` where others than its owner can reach the file or
    where it lies inside one of ``apart_from``: a copy of the data would then carry its own key.
    """
    _refuse_beside_data(path, apart_from)
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise KeyFileMissingError from None
    with os.fdopen(descriptor, "rb") as file:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & ~_OWNER_ONLY:
            raise KeyFileUnsafeError
        return file.read()


def write_key_file(path: Path, content: bytes, apart_from: Sequence[Path], *, replace: bool) -> None:
    """Write the file whole, durably and with mode 0600; without ``replace``, leave an existing one as it is."""
    _refuse_beside_data(path, apart_from)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_durably(fresh, content)
        if replace:
            fresh.replace(path)
        elif not path.exists():
            _link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _link(fresh: Path, path: Path) -> None:
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        # Another process made the key first; that one counts.
        return


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_beside_data(path: Path, apart_from: Sequence[Path]) -> None:
    place = path.resolve()
    if any(place.is_relative_to(folder.resolve()) for folder in apart_from):
        raise KeyFileUnsafeError
