"""Check and export the audit log."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import console, open_wiring, read_document
from config.wiring import Wiring
from pipeline.audit.check import check_audit, problems
from pipeline.audit.checkpoint import add_checkpoint, notes_in
from pipeline.audit.export import export_audit
from pipeline.audit.proofs import ProofProblem, check_certificates, check_told
from pipeline.errors import AuditBrokenError, DocumentError

app = typer.Typer(no_args_is_help=True)


@app.command()
def check(
    kept: Annotated[
        Path | None, typer.Option(help="Checkpoints that were kept elsewhere.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Check every stream: chain, order, heads, every signed checkpoint and certificate; exit 1 where one is wrong."""
    wiring = open_wiring()
    notes = () if kept is None else notes_in(read_document(kept, DocumentError))
    if kept is not None and not notes:
        raise DocumentError(where="no checkpoint in it")
    report = check_audit(wiring.ledger, wiring.signer, notes)
    for stream in report.streams:
        state = "✔ intact" if stream.problem is None else f"✘ {stream.problem.kind} at entry {stream.problem.seq}"
        console.print(f"{stream.stream:<12} {stream.entries:>8} entries  {state}")
    console.print(f"{'checkpoints':<12} {report.checkpoints:>8} signed")
    beside = _beside(wiring)
    for problem, session_id in beside:
        console.print(f"✘ {problem}: session {session_id}")
    for stream_name, first in problems(report):
        raise AuditBrokenError(stream=stream_name, problem=first.kind, seq=first.seq)
    for problem, session_id in beside:
        raise AuditBrokenError(problem=problem, session_id=session_id)
    console.print("The audit log is intact.")


def _beside(wiring: Wiring) -> list[tuple[ProofProblem, str]]:
    """Return where certificates and the newest sessions do not agree with the log."""
    newest = [row.session.session_id for row in wiring.ledger.sessions()]
    with wiring.ledger.audit_snapshot() as snapshot:
        return [
            *check_certificates(snapshot, wiring.ledger.certificates, wiring.signer),
            *check_told(snapshot, newest),
        ]


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="A new or empty folder.", file_okay=False)]) -> None:
    """Write the log, its checkpoints, the public key and a stand-alone verifier for an auditor."""
    wiring = open_wiring()
    entries = export_audit(wiring.ledger, wiring.signer, folder)
    console.print(f"Wrote {entries} entries to {folder}. To check them there: python verify_audit.py")


@app.command()
def checkpoint() -> None:
    """Sign where every stream ends now and print it, so that a copy can be kept elsewhere."""
    wiring = open_wiring()
    typer.echo(add_checkpoint(wiring.ledger, wiring.signer))
