"""Check an exported audit log: ``python verify_audit.py [FOLDER]``; needs Python and the cryptography package only.

For each stream it recomputes the chain (SHA-256 over 0x00, the digest before, and the entry in canonical JSON) and
compares it with every checkpoint signed by the key in public_key.pem. It ends with status 0 where all of it holds and
with 1 where anything does not, naming the first entry of each stream that is wrong. Compare the key with one that you
had from elsewhere, and the newest checkpoint with the copy that was sent to you: an export cannot vouch for itself.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

STREAMS = ("transcribe", "draft", "verify", "purge", "intake", "consent", "operator", "access")


class ProblemError(Exception):
    """Something does not hold: what, and in which entry or checkpoint."""

    def __str__(self) -> str:
        """Return the place and what is wrong there."""
        return ": ".join(str(part) for part in reversed(self.args))


def canonical(value: object) -> bytes:
    """Return RFC 8785 JSON, for values without floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def main(folder: Path) -> int:
    """Check everything in the folder, say what was found, and return the exit status."""
    vouched: dict[str, dict[int, str]] = {stream: {} for stream in STREAMS}
    checks = {"checkpoints": partial(check_checkpoints, folder, vouched)}
    checks |= {stream: partial(check_stream, folder, stream, vouched[stream]) for stream in STREAMS}
    broken = 0
    for name, check in checks.items():
        try:
            finding = f"sound: {check()}"
        except (ProblemError, OSError, ValueError, KeyError) as problem:
            broken += 1
            finding = f"NOT SOUND: {problem}"
        sys.stdout.write(f"{name}: {finding}\n")
    return 1 if broken else 0


def check_stream(folder: Path, stream: str, vouched: dict[int, str]) -> str:
    """Return what there is to say of a sound stream; raise ``ProblemError`` at the first thing that does not hold."""
    seq, digest, at, went_back = 0, bytes(32), "", 0
    for line in lines(folder / f"{stream}.jsonl"):
        entry, claimed = parse_line(line, stream, seq + 1)
        seq += 1
        digest = hashlib.sha256(b"\x00" + digest + canonical(entry)).digest()
        if digest.hex() != claimed:
            raise ProblemError("the chain is broken", seq)
        if vouched.pop(seq, claimed) != claimed:
            raise ProblemError("a signed checkpoint knows another one", seq)
        went_back += str(entry["at"]) < at
        at = max(at, str(entry["at"]))
    if vouched:
        raise ProblemError("missing, though a signed checkpoint knows it", min(vouched))
    return f"{seq} entries" + (f"; the clock went back {went_back} times" if went_back else "")


def lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, each of which must be whole."""
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                raise ProblemError("the last line is cut")
            yield line[:-1]


def parse_line(line: bytes, stream: str, seq: int) -> tuple[dict[str, object], str]:
    """Return the entry and its digest where the line is exactly what an export writes in this place."""
    try:
        document = json.loads(line)
        entry, digest = document["entry"], document["digest"]
        place = (entry["stream"], entry["seq"], len(document))
    except (ValueError, KeyError, TypeError):
        raise ProblemError("not readable", seq) from None
    if canonical(document) != line:
        raise ProblemError("not in canonical form", seq)
    if place != (stream, seq, 2):
        raise ProblemError("missing, or another is in its place", seq)
    return entry, digest


def check_checkpoints(folder: Path, vouched: dict[str, dict[int, str]]) -> str:
    """Check every signature; note which entries the checkpoints know."""
    name, _, pem = (folder / "public_key.pem").read_text(encoding="utf-8").partition("\n")
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ProblemError("the public key is not Ed25519")
    parts = (folder / "checkpoints.txt").read_bytes().decode().split("\n\n")
    if len(parts) < 3 or len(parts) % 2 == 0 or parts[-1]:  # noqa: PLR2004 - a text, its signature, and what follows
        raise ProblemError("the file is cut")
    for number, (text, signed) in enumerate(zip(parts[:-1:2], parts[1::2], strict=True), start=1):
        check_signature(key, name, f"{text}\n", signed, number)
        note_heads(text.split("\n")[3:-1], vouched)
    return f"{len(parts) // 2} signed by {name}"


def check_signature(key: Ed25519PublicKey, name: str, text: str, signed: str, number: int) -> None:
    """Raise ``ProblemError`` unless the text is signed by the key."""
    key_hash = hashlib.sha256(name.encode() + b"\n\x01" + key.public_bytes_raw()).digest()[:4]
    try:
        signature = base64.b64decode(signed.rsplit(" ", maxsplit=1)[-1])
        key.verify(signature[4:], text.encode())
    except (InvalidSignature, ValueError):
        raise ProblemError("the signature does not hold", number) from None
    if signed != f"\u2014 {name} {base64.b64encode(key_hash + signature[4:]).decode()}":
        raise ProblemError("signed by another key", number)


def note_heads(rows: list[str], vouched: dict[str, dict[int, str]]) -> None:
    """Keep which digest each stream had at which entry."""
    for row in rows:
        stream, seq, digest = row.split(" ")
        if int(seq):
            vouched[stream].setdefault(int(seq), base64.b64decode(digest).hex())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
