"""Recordings sealed by whoever uploads them, so that a bucket never holds a readable one; docs/uploads.md."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import tink
from tink import hybrid

from pipeline.adapters.keys.keyset_file import KeysetFile, KeyVersion
from pipeline.adapters.keys.streaming import EncryptingReader, decrypting, new_keyset
from pipeline.domain.session import SessionId
from pipeline.errors import DecryptionError

#: Longer than any sound file's own mark, and no text.
MAGIC = b"\x89nightscribe-sealed-v1\n"
_LENGTH_BYTES = 2
_CHUNK = 1024 * 1024


def sealing_context(session_id: SessionId) -> bytes:
    """Return what a sealed recording is bound to: it opens only as the recording of this session."""
    return f"nightscribe|upload|v1|{session_id}".encode()


def sealed(recording: BinaryIO, public_keyset_json: str, context: bytes) -> BinaryIO:
    """Return a stream of the recording, sealed for the holder of the private key.

    A fresh streaming keyset is encrypted to the public key (HPKE, RFC 9180) and stands before what it encrypts.
    """
    hybrid.register()
    public = tink.json_proto_keyset_format.parse_without_secret(public_keyset_json)
    keyset = new_keyset()
    header = cast("bytes", public.primitive(hybrid.HybridEncrypt).encrypt(keyset, context))
    start = MAGIC + len(header).to_bytes(_LENGTH_BYTES, "big") + header
    return io.BufferedReader(_After(start, io.BufferedReader(EncryptingReader(recording, keyset, context))), _CHUNK)


def seal_recording(source: BinaryIO, sink: BinaryIO, public_keyset_json: str, context: bytes) -> None:
    """Write the sealed recording to ``sink``, in constant memory."""
    stream = sealed(source, public_keyset_json, context)
    while block := stream.read(_CHUNK):
        sink.write(block)


class UploadKey:
    """The private key that opens sealed recordings, in a JSON file of Tink HPKE keysets, newest last.

    Raises the same errors as the wrapping key's file.
    """

    def __init__(self, path: Path, apart_from: Sequence[Path] = ()) -> None:
        self._file = _file(path, apart_from)
        self._use(self._file.load())

    @classmethod
    def create(cls, path: Path, apart_from: Sequence[Path] = ()) -> "UploadKey":
        """Return the key at ``path``, made now unless it is there."""
        _file(path, apart_from).create()
        return cls(path, apart_from)

    def _use(self, versions: Sequence[KeyVersion]) -> None:
        self._handles = {version.key_id: version.handle for version in versions}
        self._newest = versions[-1].key_id

    @property
    def upload_key_id(self) -> str:
        """Return the id of the key that uploaders are to encrypt to."""
        return self._newest

    @property
    def public_keyset_json(self) -> str:
        """Return what uploaders need: a Tink keyset with the public key alone."""
        public = self._handles[self._newest].public_keyset_handle()
        return cast("str", tink.json_proto_keyset_format.serialize_without_secret(public))

    def rotate(self) -> str:
        """Add a key for uploaders to encrypt to, and return its id; the older ones still open."""
        self._use(self._file.rotate())
        return self._newest

    def forget(self, key_id: str) -> None:
        """Remove an older key for good; raise ``KeyInUseError`` for the newest."""
        self._use(self._file.forget(key_id))

    def opened(self, recording: BinaryIO, context: bytes) -> BinaryIO:
        """Return a stream of what was sealed; raise ``DecryptionError`` for another context, or where it was changed.

        Read to the end before relying on any of it: only there does a part that was cut off show.
        """
        keyset = self._keyset(_header(recording), context)
        return decrypting(recording, keyset, context)

    def unsealed(self, recording: BinaryIO, session_id: SessionId) -> BinaryIO:
        """Return a stream of the recording: opened where it is sealed, as it came where it is not."""
        start = recording.read(len(MAGIC))
        whole = io.BufferedReader(_After(start, recording), _CHUNK)
        return self.opened(whole, sealing_context(session_id)) if is_sealed(start) else whole

    def _keyset(self, header: bytes, context: bytes) -> bytes:
        for handle in self._handles.values():
            try:
                return cast("bytes", handle.primitive(hybrid.HybridDecrypt).decrypt(header, context))
            except tink.TinkError:
                continue
        raise DecryptionError


def is_sealed(start: bytes) -> bool:
    """Say whether a stream that begins so is a sealed recording."""
    return start.startswith(MAGIC)


def _header(recording: BinaryIO) -> bytes:
    if recording.read(len(MAGIC)) != MAGIC:
        raise DecryptionError
    length = int.from_bytes(recording.read(_LENGTH_BYTES), "big")
    return recording.read(length)


class _After(io.RawIOBase):
    """Yields some bytes, then a stream."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._start = memoryview(start)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast("bytearray", buffer))
        if not self._start:
            block = self._rest.read(len(target))
            target[: len(block)] = block
            return len(block)
        count = min(len(target), len(self._start))
        target[:count] = self._start[:count]
        self._start = self._start[count:]
        return count

    def close(self) -> None:
        self._rest.close()
        super().close()


def _file(path: Path, apart_from: Sequence[Path]) -> KeysetFile:
    hybrid.register()
    return KeysetFile(path, tuple(apart_from), "nightscribe-upload-keys-v1", "upload", _new_handle)


def _new_handle() -> "tink.KeysetHandle":
    return tink.new_keyset_handle(hybrid.hybrid_key_templates.DHKEM_X25519_HKDF_SHA256_HKDF_SHA256_AES_256_GCM)
