"""Write a session's documents into a folder."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opening import console, open_wiring
from commands.process import write_documents
from pipeline.domain.session import parse_session_id


def run(
    session: Annotated[str, typer.Argument(help="The session's id.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the documents go.")] = Path(),
) -> None:
    """Write a session's transcript, note, verdicts, audit entries and report into a folder."""
    wiring = open_wiring()
    report = write_documents(wiring, wiring.ledger.session(parse_session_id(session)), output)
    console.print(f"Wrote {report.parent.resolve()}")
