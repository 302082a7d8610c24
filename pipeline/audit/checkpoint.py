"""Signed checkpoints: where every stream ended at a moment, so that a later cut of its tail is found.

The form is that of C2SP's tlog-checkpoint and signed-note: origin, size, root, further lines, an empty line, and a
signature line. The size counts all entries; the root covers the lines that follow, one for each stream.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    #: Four bytes of the key's hash, then the Ed25519 signature.
    signature: bytes = b""

    def text(self) -> str:
        """Return what is signed."""
        lines = [f"{head.stream} {head.seq} {_base64(head.digest)}" for head in self.heads]
        further = "".join(f"{line}\n" for line in [*lines, f"at {self.at}"])
        root = hashlib.sha256(b"\x01" + further.encode()).digest()
        size = sum(head.seq for head in self.heads)
        return f"{ORIGIN}\n{size}\n{_base64(root)}\n{further}"

    def note(self) -> str:
        """Return the text with its signature line."""
        return f"{self.text()}\n— {self.signing_key_id} {_base64(self.signature)}\n"


def make_checkpoint(heads: Sequence[Head], at: datetime, signer: PublishedSigner) -> str:
    """Return a signed note over the heads."""
    unsigned = Checkpoint(tuple(heads), stamp(at), signer.signing_key_id)
    signature = key_hash(signer.signing_key_id, signer.public_key_pem) + signer.sign(unsigned.text().encode())
    return replace(unsigned, signature=signature).note()


def notes_in(text: str) -> tuple[str, ...]:
    """Return the signed notes of a file in which they were kept, one after the other."""
    notes = text.replace("\r\n", "\n").split(f"{ORIGIN}\n")[1:]
    return tuple(f"{ORIGIN}\n{note.rstrip()}\n" for note in notes)


def add_checkpoint(log: AuditLog, signer: PublishedSigner) -> str:
    """Sign where the log ends now, keep the note, and return it; worth doing on a timer, even when nothing happened."""
    with log.audit_snapshot() as snapshot:
        note = make_checkpoint(snapshot.heads(), snapshot.now(), signer)
    log.keep_checkpoint(note)
    return note


def parse_checkpoint(note: str) -> Checkpoint:
    """Return the checkpoint; raise ``CheckpointUnreadableError`` where any byte of it is not as it is written."""
    try:
        text, _, signed = note.partition("\n\n")
        lines = text.split("\n")
        heads = tuple(_head(line) for line in lines[3:-1])
        _, name, signature = signed.removesuffix("\n").split(" ")
        checkpoint = Checkpoint(heads, lines[-1].removeprefix("at "), name, base64.b64decode(signature))
    except (ValueError, IndexError) as error:
        raise CheckpointUnreadableError from error
    if checkpoint.note() != note:
        raise CheckpointUnreadableError
    return checkpoint


def is_signed_by(checkpoint: Checkpoint, signer: PublishedSigner) -> bool:
    """Say whether the checkpoint carries this signer's valid signature."""
    name = signer.signing_key_id
    known = (checkpoint.signing_key_id, checkpoint.signature[:4]) == (name, key_hash(name, signer.public_key_pem))
    return known and signer.check(checkpoint.text().encode(), checkpoint.signature[4:])


def key_hash(name: str, public_key_pem: str) -> bytes:
    """Return the four bytes by which signed-note tells keys of one name apart."""
    encoded = "".join(line for line in public_key_pem.splitlines() if not line.startswith("-----"))
    raw = base64.b64decode(encoded)[-_RAW_KEY_BYTES:]
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _head(line: str) -> Head:
    stream, seq, digest = line.split(" ")
    return Head(Stream(stream), int(seq), base64.b64decode(digest))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
