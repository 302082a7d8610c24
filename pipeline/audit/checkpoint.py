"""Signed checkpoints: where every stream ended at a moment, so that a later cut of its tail is found.

The form is that of C2SP's tlog-checkpoint and signed-note: origin, size, root, further lines, an empty line, and a
signature line. The size counts all entries; the root covers the lines that follow, one for each stream.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.audit.chain import Head, stamp
from pipeline.audit.events import Stream
from pipeline.audit.source import AuditLog, PublishedSigner

ORIGIN = "nightscribe/audit"
_ED25519 = b"\x01"
_RAW_KEY_BYTES = 32


class CheckpointUnreadableError(ValueError):
    """Not a checkpoint, or not one of this log."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where every stream ended at a moment."""

    heads: tuple[Head, ...]
    at: str
    signing_key_id: str = ""
    signature: bytes = b""

    def text(self) -> str:
        """Return what is signed."""
        lines = [f"{head.stream} {head.seq} {_base64(head.digest)}" for head in self.heads]
        further = "".join(f"{line}\n" for line in [*lines, f"at {self.at}"])
        root = hashlib.sha256(b"\x01" + further.encode()).digest()
        size = sum(head.seq for head in self.heads)
        return f"{ORIGIN}\n{size}\n{_base64(root)}\n{further}"


def make_checkpoint(heads: Sequence[Head], at: datetime, signer: PublishedSigner) -> str:
    """Return a signed note over the heads."""
    text = Checkpoint(tuple(heads), stamp(at)).text()
    name = signer.signing_key_id
    signature = key_hash(name, signer.public_key_pem) + signer.sign(text.encode())
    return f"{text}\n— {name} {_base64(signature)}\n"


def add_checkpoint(log: AuditLog, signer: PublishedSigner) -> str:
    """Sign where the log ends now, keep the note, and return it; worth doing on a timer, even when nothing happened."""
    with log.audit_snapshot() as snapshot:
        note = make_checkpoint(snapshot.heads(), snapshot.now(), signer)
    log.keep_checkpoint(note)
    return note


def parse_checkpoint(note: str) -> Checkpoint:
    """Return the checkpoint; raise ``CheckpointUnreadableError`` where any byte of its text is not as it is written."""
    try:
        text, _, signed = note.partition("\n\n")
        lines = text.split("\n")
        heads = tuple(_head(line) for line in lines[3:-1])
        dash, name, encoded = signed.removesuffix("\n").split(" ")
        checkpoint = Checkpoint(heads, lines[-1].removeprefix("at "), name, _bytes(encoded)[4:])
    except (ValueError, IndexError) as error:
        raise CheckpointUnreadableError from error
    if dash != "—" or checkpoint.text() != f"{text}\n":
        raise CheckpointUnreadableError
    return checkpoint


def is_signed_by(checkpoint: Checkpoint, signer: PublishedSigner) -> bool:
    """Say whether the checkpoint carries this signer's valid signature."""
    return checkpoint.signing_key_id == signer.signing_key_id and signer.check(
        checkpoint.text().encode(), checkpoint.signature
    )


def key_hash(name: str, public_key_pem: str) -> bytes:
    """Return the four bytes by which signed-note tells keys of one name apart."""
    encoded = "".join(line for line in public_key_pem.splitlines() if not line.startswith("-----"))
    raw = base64.b64decode(encoded)[-_RAW_KEY_BYTES:]
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _head(line: str) -> Head:
    stream, seq, digest = line.split(" ")
    return Head(Stream(stream), int(seq), _bytes(digest))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise CheckpointUnreadableError from error
