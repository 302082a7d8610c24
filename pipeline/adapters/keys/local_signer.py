"""The signing key in a local file: Ed25519, apart from the wrapping key because it outlives the sessions."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipeline.adapters.keys.key_file import read_key_file, write_key_file
from pipeline.errors import KeyFileInvalidError

_FORMAT = "nightscribe-signing-key-v1"


class LocalSigner:
    """Signs with the Ed25519 key in a JSON file of mode 0600.

    Raises ``KeyFileMissingError`` and ``KeyFileUnsafeError`` as the wrapping key's file does.
    """

    def __init__(self, path: Path, apart_from: Sequence[Path] = ()) -> None:
        self._private = _parse(read_key_file(path, apart_from))
        self._public = self._private.public_key()

    @classmethod
    def create(cls, path: Path, apart_from: Sequence[Path] = ()) -> "LocalSigner":
        """Return the signer whose key is at ``path``, made now unless it is there."""
        private = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
        document = json.dumps({"format": _FORMAT, "private_key": private}).encode()
        write_key_file(path, document, apart_from, replace=False)
        return cls(path, apart_from)

    @property
    def signing_key_id(self) -> str:
        """Return the start of the public key's SHA-256, which anyone who has the public key can compute."""
        return f"ed25519-{hashlib.sha256(self._public.public_bytes_raw()).hexdigest()[:16]}"

    @property
    def public_key_pem(self) -> str:
        """Return the public key for whoever checks certificates without this program."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature (RFC 8032)."""
        return self._private.sign(message)

    def check(self, message: bytes, signature: bytes) -> bool:
        """Say whether the signature is of this message by this key."""
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _parse(content: bytes) -> Ed25519PrivateKey:
    try:
        document = json.loads(content)
        if document["format"] != _FORMAT:
            raise KeyFileInvalidError
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(document["private_key"], validate=True))
    except (ValueError, KeyError, TypeError):
        raise KeyFileInvalidError from None
