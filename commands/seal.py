"""Encrypt a recording to a deployment's public key, as an uploader does."""

from pathlib import Path
from typing import Annotated

import typer

from commands.handing_in import AudioArgument
from commands.opening import console, read_document, whole_or_not_at_all
from pipeline.adapters.keys.sealing import seal_recording, sealing_context
from pipeline.domain.session import parse_session_id
from pipeline.errors import DocumentError


def run(
    audio: AudioArgument,
    public_key: Annotated[Path, typer.Option(help="What `nightscribe keys public` printed.", exists=True)],
    session_id: Annotated[str, typer.Option("--session-id", help="The session it is for; another's cannot open it.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The sealed file, to be uploaded.")],
) -> None:
    """Encrypt a recording to a deployment's public key, so that the bucket never holds a readable one."""
    context = sealing_context(parse_session_id(session_id))
    key = read_document(public_key, DocumentError)
    if output.exists() and output.samefile(audio):
        raise typer.BadParameter("the sealed file must not take the recording's place")
    with audio.open("rb") as source, whole_or_not_at_all(output) as sink:
        seal_recording(source, sink, key, context)
    console.print(f"Wrote {output}")
