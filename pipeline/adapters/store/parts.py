"""Parts of one artifact, each encrypted on its own, and the encrypted list that makes them one.

Part and list have associated data of their own, so that none passes for another part, for the list, or for a whole. The
list fixes which parts there are, in which order, and the digest of each: one that is missing, moved or exchanged is
found when it is read.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from pipeline.adapters.keys.streaming import decrypting
from pipeline.domain.artifact import StoredArtifact, associated_data, object_key
from pipeline.domain.documents.canonical import canonical
from pipeline.errors import DecryptionError
from pipeline.ports import ObjectStore

_BUFFER = 256 * 1024


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part as the list has it."""

    number: int
    ciphertext_sha256: str


def bound_part(artifact: StoredArtifact, number: int) -> bytes:
    """Return what is authenticated beside a part."""
    return b"|".join((_bound(artifact), b"part", str(number).encode()))


def bound_list(artifact: StoredArtifact) -> bytes:
    """Return what is authenticated beside the list."""
    return b"|".join((_bound(artifact), b"parts"))


def write_list(parts: Sequence[StoredArtifact]) -> bytes:
    """Return the list in the clear; it is encrypted like all else."""
    return canonical({"v": 1, "parts": [[part.attempt, part.ciphertext_sha256] for part in parts]})


def read_list(text: bytes) -> Sequence[ListedPart]:
    """Return what a list says."""
    try:
        return [ListedPart(int(number), str(sha256)) for number, sha256 in json.loads(text)["parts"]]
    except (ValueError, KeyError, TypeError):
        raise DecryptionError from None


def read_parts(artifact: StoredArtifact, listed: Sequence[ListedPart], keyset: bytes, objects: ObjectStore) -> BinaryIO:
    """Return the parts' plaintexts as one stream; a part is opened when the one before has ended."""
    openers = (_opener(artifact, part, keyset, objects) for part in listed)
    return io.BufferedReader(_Chained(openers), _BUFFER)


def _opener(artifact: StoredArtifact, part: ListedPart, keyset: bytes, objects: ObjectStore) -> Callable[[], BinaryIO]:
    key = object_key(artifact.session_id, artifact.kind, artifact.data_key.key_id, part.number)
    bound_to = bound_part(artifact, part.number)
    return lambda: decrypting(objects.open(key), keyset, bound_to, sha256=part.ciphertext_sha256)


def _bound(artifact: StoredArtifact) -> bytes:
    return associated_data(artifact.session_id, artifact.kind, artifact.data_key.key_id)


class _Chained(io.RawIOBase):
    """Several streams as one."""

    def __init__(self, openers: Iterator[Callable[[], BinaryIO]]) -> None:
        super().__init__()
        self._openers = openers
        self._current: BinaryIO | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        while True:
            if self._current is None:
                opener = next(self._openers, None)
                if opener is None:
                    return 0
                self._current = opener()
            count = cast("io.BufferedReader", self._current).readinto(cast("bytearray", buffer))
            if count:
                return count
            self._current.close()
            self._current = None

    def close(self) -> None:
        if self._current is not None:
            self._current.close()
        super().close()
