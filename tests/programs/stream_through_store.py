"""Streams so many MiB through the encrypted store and back; prints the growth of its peak memory, and its speed.

Used as ``stream_through_store.py FOLDER MEBIBYTES [ENDPOINT REGION KEY SECRET BUCKET]``.
"""

import io
import json
import resource
import sys
import time
from pathlib import Path
from typing import cast

from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId
from pipeline.ports import ObjectStore

MEBIBYTE = 1024 * 1024


class Recording(io.RawIOBase):
    """Gives that many bytes, made as they are read."""

    def __init__(self, size: int) -> None:
        """Start at the beginning."""
        super().__init__()
        self._left = size

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Leave in the buffer what is there."""
        given = min(len(cast("bytearray", buffer)), self._left)
        self._left -= given
        return given


def peak_mebibytes() -> float:
    """Return the most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def pass_through(store: EncryptedArtifactStore, size: int) -> tuple[float, float]:
    """Write and read back so many bytes; return the seconds of each."""
    started = time.perf_counter()
    artifact = store.write(
        SessionId("session-one"), ArtifactKind.RECORDING, 1, io.BufferedReader(Recording(size)), key=None
    )
    written = time.perf_counter()
    with store.read(artifact) as stream:
        count = sum(len(block) for block in iter(lambda: stream.read(MEBIBYTE), b""))
    if count != size:
        sys.exit(f"{count} bytes came back of {size}")
    store.destroy(SessionId("session-one"), ArtifactKind.RECORDING)
    return written - started, time.perf_counter() - written


def object_store(folder: Path, access: list[str]) -> ObjectStore:
    """Return the folder's store, or the bucket's."""
    if not access:
        return LocalFolderStore(folder / "objects")
    from pipeline.adapters.store.s3 import S3Store
    from pipeline.adapters.store.s3_client import S3Access, s3_client

    return S3Store(s3_client(S3Access(*access[:4])), access[4])


def main(folder: Path, mebibytes: int, access: list[str]) -> None:
    """Warm up with a few MiB, then measure."""
    store = EncryptedArtifactStore(object_store(folder, access), LocalKeyFile.create(folder / "keys.json"))
    pass_through(store, 20 * MEBIBYTE)
    before = peak_mebibytes()
    write, read = pass_through(store, mebibytes * MEBIBYTE)
    report = {"growth_mib": peak_mebibytes() - before, "peak_mib": peak_mebibytes()}
    sys.stdout.write(json.dumps(report | {"write_mib_s": mebibytes / write, "read_mib_s": mebibytes / read}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
