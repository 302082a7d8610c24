"""Tink streaming AEAD as readers: ciphertext is pulled from plaintext, and plaintext from ciphertext."""

import functools
import hashlib
import io
from typing import BinaryIO, cast

import tink
from tink import secret_key_access, streaming_aead

from pipeline.errors import DecryptionError

_CHUNK = 1024 * 1024


def new_keyset() -> bytes:
    """Return a fresh AES-256-GCM-HKDF keyset with segments of 1 MiB, serialized and in the clear."""
    _register()
    handle = tink.new_keyset_handle(streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB)
    return cast("bytes", tink.proto_keyset_format.serialize(handle, secret_key_access.TOKEN))


@functools.cache
def _register() -> None:
    """Make Tink ready, once: it takes longer than encrypting a small file."""
    streaming_aead.register()


def _primitive(keyset: bytes) -> streaming_aead.StreamingAead:
    _register()
    try:
        handle = tink.proto_keyset_format.parse(keyset, secret_key_access.TOKEN)
        return handle.primitive(streaming_aead.StreamingAead)
    except tink.TinkError:
        raise DecryptionError from None


class _Sink(io.RawIOBase):
    """Holds what Tink wrote until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(cast("bytes", data))
        self._written.append(block)
        return len(block)

    def take(self) -> bytes:
        blocks, self._written = self._written, []
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)


class EncryptingReader(io.RawIOBase):
    """Yields the ciphertext of what ``plaintext`` yields, and knows its digest once it is read to the end.

    Holds about two segments at a time.
    """

    def __init__(self, plaintext: BinaryIO, keyset: bytes, associated_data: bytes) -> None:
        super().__init__()
        self._plaintext = plaintext
        self._sink = _Sink()
        self._encrypting = _primitive(keyset).new_encrypting_stream(self._sink, associated_data)
        self._pending = memoryview(b"")
        self._ended = False
        self._digest = hashlib.sha256()
        self.ciphertext_bytes = 0

    @property
    def ciphertext_sha256(self) -> str:
        """Return the digest of what was read so far."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with ciphertext; 0 at the end."""
        target = memoryview(cast("bytearray", buffer))
        while not self._pending and not self._ended:
            self._encrypt_more()
        count = min(len(target), len(self._pending))
        target[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count

    def _encrypt_more(self) -> None:
        chunk = self._plaintext.read(_CHUNK)
        if chunk:
            self._encrypting.write(chunk)
        else:
            self._encrypting.close()
            self._ended = True
        block = self._sink.take()
        self._digest.update(block)
        self.ciphertext_bytes += len(block)
        self._pending = memoryview(block)


class _Source(io.RawIOBase):
    """Hands ciphertext to Tink, keeps the error that Tink would swallow, and compares the digest at the end."""

    def __init__(self, ciphertext: BinaryIO, sha256: str | None) -> None:
        super().__init__()
        self._ciphertext = ciphertext
        self._expected = sha256
        self._digest = hashlib.sha256()
        self.error: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._ciphertext.read(size)
        except Exception as error:
            self.error = error
            raise
        if not block and size:
            self._compare()
        self._digest.update(block)
        return block

    def _compare(self) -> None:
        if self._expected is not None and self._digest.hexdigest() != self._expected:
            self.error = DecryptionError()
            raise self.error

    def close(self) -> None:
        self._ciphertext.close()
        super().close()


class _DecryptingReader(io.RawIOBase):
    """Yields plaintext; every segment is authenticated before any of it is handed out."""

    def __init__(self, source: _Source, keyset: bytes, associated_data: bytes) -> None:
        super().__init__()
        self._source = source
        self._decrypting = _primitive(keyset).new_decrypting_stream(source, associated_data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        try:
            return int(self._decrypting.readinto(cast("bytearray", buffer)))
        except tink.TinkError:
            raise (self._source.error or DecryptionError()) from None

    def close(self) -> None:
        self._source.close()
        super().close()


def decrypting(
    ciphertext: BinaryIO, keyset: bytes, associated_data: bytes, *, sha256: str | None = None
) -> io.BufferedReader:
    """Return a stream of the plaintext, which closes ``ciphertext`` with itself.

    Reading raises ``DecryptionError`` where anything was changed or, with ``sha256``, where the ciphertext is
    another one of the same key. What was cut off the end shows only at the end: read to it before relying on any.
    """
    return io.BufferedReader(_DecryptingReader(_Source(ciphertext, sha256), keyset, associated_data), _CHUNK)
