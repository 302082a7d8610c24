"""Hold any note, or any list of claims, against any transcript."""

from pathlib import Path
from typing import Annotated

import typer

from commands.documents import claims_in, claims_in_note, transcript_in, verdicts_in
from commands.opening import console, working, write_private
from commands.verdict_lines import show_verdicts
from config.engines import build_verifier
from config.settings import VerifyEngine, load_settings
from config.wiring import SystemClock
from pipeline.adapters.formats.verdicts import Checked, VerdictFormat, format_of, write_verdicts
from pipeline.adapters.grounding.anchoring import revisions
from pipeline.adapters.report.verdicts import verdicts_view
from pipeline.ports import SessionFacts


def run(
    transcript: Annotated[Path, typer.Option(help="JSON, VTT, SRT or text.", exists=True, dir_okay=False)],
    note: Annotated[
        Path | None, typer.Option(help="A note: JSON, plain text or DOCX.", exists=True, dir_okay=False)
    ] = None,
    claims: Annotated[Path | None, typer.Option(help="CLAIMS.jsonl.", exists=True, dir_okay=False)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file: .jsonl, .json or .html; others need the format.")
    ] = None,
    output_format: Annotated[
        VerdictFormat | None, typer.Option("--output-format", "-f", help="What to write, whatever the file's name.")
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option(
            help="Verdicts on the same note from before the transcript was corrected: says what that changed.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    engine: Annotated[VerifyEngine | None, typer.Option(help="What verifies; else the settings' engine.")] = None,
) -> None:
    """Hold any note, or any list of claims, against any transcript: a verdict with evidence for each sentence."""
    if (note is None) == (claims is None):
        raise typer.BadParameter("give either --note or --claims")
    wanted = _format(output, output_format)
    asked, ids = (claims_in_note(note), ()) if note is not None else claims_in(claims or Path())
    said = transcript_in(transcript)
    before = None if earlier is None else verdicts_in(earlier)
    verifier = build_verifier(load_settings(), engine)
    with working("Holding every sentence against what was said"):
        verification = verifier.verify(asked, said, SessionFacts())
    if not asked:
        typer.echo("No sentence was found, so there is no verdict.", err=True)
    revised = None if before is None else revisions(before, verification, said)
    checked = Checked(asked, said, verification, ids, SystemClock().now().isoformat(timespec="seconds"), revised)
    if output is not None:
        write_private(output, write_verdicts(checked, wanted))
    if console.is_terminal:
        show_verdicts(verdicts_view(asked, verification, said, revised), console)
    elif output is None:
        typer.echo(write_verdicts(checked, wanted), nl=False)


def _format(output: Path | None, named: VerdictFormat | None) -> VerdictFormat:
    """Return the format named, or the one the file's name stands for; JSON Lines where neither says."""
    return named or (format_of(output.suffix) if output is not None else None) or VerdictFormat.JSONL
