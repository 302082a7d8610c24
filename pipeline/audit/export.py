"""Export: the log, its checkpoints, the public key and a one-file verifier, for an auditor without this program."""

import json
import shutil
from pathlib import Path

from pipeline.audit.chain import Entry
from pipeline.audit.checkpoint import make_checkpoint
from pipeline.audit.events import Stream
from pipeline.audit.source import AuditLog, AuditSnapshot, PublishedSigner
from pipeline.domain.documents.canonical import canonical

VERIFIER = "verify_audit.py"
CHECKPOINTS = "checkpoints.txt"
PUBLIC_KEY = "public_key.pem"


def export_audit(log: AuditLog, signer: PublishedSigner, folder: Path) -> int:
    """Write the export into a new or empty folder and return the number of entries; what is written has no content.

    A checkpoint signed now ends it, so that a cut of any tail of the export shows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with log.audit_snapshot() as snapshot:
        entries = sum(_export_stream(snapshot, stream, folder) for stream in Stream)
        newest = make_checkpoint(snapshot.heads(), snapshot.now(), signer)
        notes = "".join(f"{note}\n" for note in [*snapshot.checkpoints(), newest])
    log.keep_checkpoint(newest)
    (folder / CHECKPOINTS).write_text(notes, encoding="utf-8")
    (folder / PUBLIC_KEY).write_text(f"{signer.signing_key_id}\n{signer.public_key_pem}", encoding="utf-8")
    shutil.copyfile(Path(__file__).with_name("verifier.py"), folder / VERIFIER)
    return entries


def _export_stream(snapshot: AuditSnapshot, stream: Stream, folder: Path) -> int:
    count = 0
    with (folder / f"{stream}.jsonl").open("wb") as file:
        for entry in snapshot.entries(stream):
            file.write(_line(entry))
            count += 1
    return count


def _line(entry: Entry) -> bytes:
    return canonical({"entry": json.loads(entry.body), "digest": entry.digest.hex()}) + b"\n"
