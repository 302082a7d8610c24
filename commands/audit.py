"""Check and export the audit log."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import console, open_wiring
from pipeline.audit.check import check_audit, problems
from pipeline.audit.checkpoint import add_checkpoint
from pipeline.audit.export import export_audit
from pipeline.errors import AuditBrokenError

NAME = "audit"
app = typer.Typer(no_args_is_help=True)


@app.command()
def check() -> None:
    """Check every stream: chain, order, heads, and every signed checkpoint; exit 1 where anything is wrong."""
    wiring = open_wiring()
    report = check_audit(wiring.ledger, wiring.signer)
    for stream in report.streams:
        state = "✔ intact" if stream.problem is None else f"✘ {stream.problem.kind} at entry {stream.problem.seq}"
        console.print(f"{stream.stream:<12} {stream.entries:>8} entries  {state}")
    console.print(f"{'checkpoints':<12} {report.checkpoints:>8} signed")
    found = list(problems(report))
    if found:
        where, problem = found[0]
        raise AuditBrokenError(stream=where, problem=problem.kind, seq=problem.seq)
    console.print("The audit log is intact.")


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
