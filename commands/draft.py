"""Write a draft note from a transcript."""

import io
from pathlib import Path
from typing import Annotated

import typer

from commands.documents import transcript_in
from commands.opening import console, working, write_private
from config.engines import build_drafter
from config.settings import DraftEngine, load_settings
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.note import NoteFormat
from pipeline.ports import SessionFacts
from pipeline.stages.draft import draft


def run(
    transcript: Annotated[Path, typer.Argument(help="TRANSCRIPT.json", exists=True, dir_okay=False)],
    note_format: Annotated[NoteFormat, typer.Option("--format", help="Note format.", case_sensitive=False)],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="NOTE.json; printed where left out.")] = None,
    engine: Annotated[DraftEngine, typer.Option(help="What writes it.")] = DraftEngine.EXTRACTIVE,
) -> None:
    """Write a draft note from a transcript; every sentence names the segments it rests on."""
    body = transcript_bytes(transcript_in(transcript))
    settings = load_settings()
    drafting = settings.drafting.model_copy(update={"engine": engine})
    drafter = build_drafter(settings.model_copy(update={"drafting": drafting}))
    with working("Drafting the note"):
        result = draft(io.BytesIO(body), note_format=note_format, facts=SessionFacts(), drafter=drafter)
    note = result.outputs[0].body
    if output is None:
        typer.echo(note.decode())
    else:
        write_private(output, note)
        console.print(f"Wrote {output}")
