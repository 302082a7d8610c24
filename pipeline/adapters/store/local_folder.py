"""An object store in a local folder: written aside, made durable, then linked under its key, all or nothing."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from pipeline.domain.artifact import ObjectKey
from pipeline.errors import ObjectExistsError, ObjectMissingError, StoreFullError, StoreUnavailableError
from pipeline.ports import ObjectVersion

_CHUNK = 1024 * 1024
#: As S3 names the version of an object where it keeps one of each.
_ONLY_VERSION = "null"
#: Another process's deletion may take an emptied folder away between its making and the link.
_LINK_TRIES = 5
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalFolderStore:
    """Objects as files under ``root/objects``, unfinished ones under ``root/unfinished``.

    Every file has mode 0600 and every folder 0700. What a killed process left unfinished is removed when the next
    one starts; the lock that each writer holds tells it from one still being written.
    """

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._unfinished = root / "unfinished"
        with _named_errors():
            for folder in (root, self._objects, self._unfinished):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._remove_abandoned()

    def put(self, key: ObjectKey, body: BinaryIO) -> None:
        """Store everything ``body`` yields; raise ``ObjectExistsError`` where the key is taken."""
        target = self._objects / _checked(key)
        aside = self._unfinished / f"{quote(key, safe='')}~{secrets.token_hex(16)}"
        with _named_errors():
            if target.exists():
                raise ObjectExistsError
            descriptor = _locked(aside)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                _copy(body, file)
                with _named_errors():
                    self._publish(aside, target)
        finally:
            with _named_errors():
                aside.unlink(missing_ok=True)

    def open(self, key: ObjectKey) -> BinaryIO:
        """Return a stream of the object; raise ``ObjectMissingError`` where there is none."""
        with _named_errors():
            return (self._objects / _checked(key)).open("rb")

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield the objects and unfinished writes under the prefix; a folder keeps one version of each."""
        with _named_errors():
            for path in _files_under(self._objects, prefix):
                yield from _version(ObjectKey(path.relative_to(self._objects).as_posix()), _ONLY_VERSION, path)
            for path in self._unfinished_under(prefix):
                yield from _version(_unfinished_key(path), path.name, path)

    def destroy(self, prefix: str) -> int:
        """Remove everything under the prefix, and the folders that this leaves empty; return how many files."""
        with _named_errors():
            finished = sum(_remove(path, self._objects) for path in tuple(_files_under(self._objects, prefix)))
            return finished + sum(_remove(path, self._unfinished) for path in tuple(self._unfinished_under(prefix)))

    def remove(self, key: ObjectKey) -> int:
        """Remove the object of this one key, and unfinished writes of it; return how many files."""
        with _named_errors():
            unfinished = [path for path in self._unfinished.iterdir() if _unfinished_key(path) == key]
            finished = _remove(self._objects / _checked(key), self._objects)
            return finished + sum(_remove(path, self._unfinished) for path in unfinished)

    def _unfinished_under(self, prefix: str) -> Iterator[Path]:
        return (path for path in sorted(self._unfinished.iterdir()) if _unfinished_key(path).startswith(prefix))

    def _publish(self, aside: Path, target: Path) -> None:
        for _ in range(_LINK_TRIES):
            with suppress(FileNotFoundError):
                _make_folder(target.parent, self._objects)
                _link(aside, target)
                return
        raise StoreUnavailableError

    def _remove_abandoned(self) -> None:
        for path in tuple(self._unfinished.iterdir()):
            with suppress(BlockingIOError, FileNotFoundError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _unfinished_key(path: Path) -> ObjectKey:
    return ObjectKey(unquote(path.name.rpartition("~")[0]))


def _link(aside: Path, target: Path) -> None:
    """Give the file its name; link refuses a name that is taken, where rename would overwrite."""
    try:
        target.hardlink_to(aside)
    except FileExistsError:
        raise ObjectExistsError from None
    _sync_folder(target.parent)


def _locked(path: Path) -> int:
    """Make the file, under the lock that says it is being written; return its descriptor."""
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        # A process that started just before the lock was there took it for abandoned.
        os.close(descriptor)


def _copy(body: BinaryIO, file: BinaryIO) -> None:
    while block := body.read(_CHUNK):
        with _named_errors():
            _write_all(file, block)
    with _named_errors():
        os.fsync(file.fileno())


def _write_all(file: BinaryIO, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[file.write(rest) :]


def _make_folder(folder: Path, top: Path) -> None:
    """Make the folders below ``top``, each durable in its parent."""
    if folder.is_dir():
        return
    if folder.parent != top:
        _make_folder(folder.parent, top)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path, top: Path) -> int:
    """Remove the file and the folders it leaves empty; return 0 where it was gone already."""
    try:
        path.unlink()
    except FileNotFoundError:
        return 0
    with suppress(OSError):
        _sync_folder(path.parent)
        for folder in path.parents:
            if folder == top:
                break
            folder.rmdir()
    return 1


def _files_under(top: Path, prefix: str) -> Iterator[Path]:
    """Yield the files whose path below ``top`` starts with the prefix, as in a bucket."""
    start = top / _checked(prefix.rpartition("/")[0])
    for folder, _, names in os.walk(start):
        for name in sorted(names):
            path = Path(folder, name)
            if path.relative_to(top).as_posix().startswith(prefix):
                yield path


def _version(key: ObjectKey, version_id: str, path: Path) -> Iterator[ObjectVersion]:
    """Yield the version, unless it was removed since the folder was read."""
    with suppress(FileNotFoundError):
        facts = path.stat()
        yield ObjectVersion(key, version_id, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size)


def _checked(key: str) -> str:
    """Return the key, which must stay below the folder it is joined to."""
    if key.startswith("/") or "\0" in key or ".." in key.split("/"):
        raise ObjectMissingError
    return key


@contextmanager
def _named_errors() -> Iterator[None]:
    """Give the system's errors the store's names, without the path that they carry."""
    try:
        yield
    except FileNotFoundError:
        raise ObjectMissingError from None
    except OSError as error:
        kind = StoreFullError if error.errno in _NO_ROOM else StoreUnavailableError
        raise kind(errno=error.errno) from None
