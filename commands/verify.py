"""Hold any note, or any list of claims, against any transcript."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from commands.documents import claims_in, claims_in_note, transcript_in
from commands.opening import console, working, write_private
from config.engines import build_verifier
from pipeline.adapters.report.wording import SYMBOLS, VERDICTS
from pipeline.domain.documents.verification import verdicts_to_jsonl
from pipeline.domain.evidence import Claim, ClaimVerdict, Verdict, Verification
from pipeline.ports import SessionFacts

NAME = "verify"

STYLES = {
    Verdict.SUPPORTED: "green",
    Verdict.PARTIAL: "yellow",
    Verdict.UNSUPPORTED: "yellow",
    Verdict.CONTRADICTED: "red",
    Verdict.NOT_CHECKED: "dim",
}


def run(
    transcript: Annotated[Path, typer.Option(help="JSON, VTT, SRT or text.", exists=True, dir_okay=False)],
    note: Annotated[Path | None, typer.Option(help="NOTE.json.", exists=True, dir_okay=False)] = None,
    claims: Annotated[Path | None, typer.Option(help="CLAIMS.jsonl.", exists=True, dir_okay=False)] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="VERDICTS.jsonl.")] = None,
) -> None:
    """Hold any note, or any list of claims, against any transcript: a verdict with evidence for each sentence."""
    if (note is None) == (claims is None):
        raise typer.BadParameter("give either --note or --claims")
    asked, ids = (claims_in_note(note), None) if note is not None else claims_in(claims or Path())
    with working("Holding every sentence against what was said"):
        verification = build_verifier().verify(asked, transcript_in(transcript), SessionFacts())
    if output is not None:
        write_private(output, verdicts_to_jsonl(verification, ids))
    if console.is_terminal:
        _show(asked, verification)
    elif output is None:
        typer.echo(verdicts_to_jsonl(verification, ids), nl=False)


def _show(claims: tuple[Claim, ...], verification: Verification) -> None:
    for claim, verdict in zip(claims, verification.verdicts, strict=True):
        _show_one(claim, verdict)
    missing = [mention for mention in verification.mentions if not mention.in_note]
    if missing:
        console.print(Text("\nSaid, and not in the note", style="bold"))
        for mention in missing:
            console.print(Text(f"  {mention.topic}: “{mention.evidence[0].quote}”"))


def _show_one(claim: Claim, verdict: ClaimVerdict) -> None:
    words = f"{SYMBOLS[verdict.verdict]} {VERDICTS[verdict.verdict]}"
    console.print(Text(f"{words:<20} {claim.text}", style=STYLES[verdict.verdict]))
    for span in verdict.evidence[:2]:
        console.print(Text(f"{'':<20} {span.start:7.1f} s  “{span.quote}”", style="dim"))
    for finding in verdict.findings:
        console.print(Text(f"{'':<20} {finding.check}: {finding.reason_code}", style="dim"))
