"""Write down a recording and who said what; needs no consent file and keeps nothing."""

from pathlib import Path
from typing import Annotated

import typer

from commands.handing_in import AudioArgument, SpeakersOption
from commands.opening import console, working, write_private
from config.settings import Settings, SpeechEngine, load_settings
from config.wiring import stage_work
from pipeline.adapters.formats import EXPORT_FORMATS, write_transcript
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import Stage, new_session_id
from pipeline.domain.transcript import Transcript
from pipeline.ports import StageTask

NAME = "transcribe"


def run(
    audio: AudioArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the files go.")] = Path(),
    formats: Annotated[str, typer.Option("--formats", "-f", help="Comma-separated.")] = "json",
    engine: Annotated[SpeechEngine, typer.Option(help="Speech engine.")] = SpeechEngine.AUTO,
    num_speakers: SpeakersOption = None,
    model: Annotated[str, typer.Option(help="Model name or folder, for engines that take one.")] = "",
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto",
) -> None:
    """Write down a recording and who said what; needs no consent file and keeps nothing."""
    settings = load_settings()
    speech = settings.speech.model_copy(update={"engine": engine, "model": model, "device": device})
    with working("Listening and telling voices apart"):
        transcript = _transcribe(audio, settings.model_copy(update={"speech": speech}), num_speakers)
    for name in parse_formats(formats):
        path = output / f"{audio.stem}.{name}"
        write_private(path, write_transcript(transcript, name))
        console.print(f"Wrote {path}")


def parse_formats(text: str) -> list[str]:
    """Return the formats named, or raise a usage error that lists them."""
    formats = [name.strip() for name in text.split(",") if name.strip()]
    if not formats or not set(formats) <= set(EXPORT_FORMATS):
        raise typer.BadParameter(f"choose from {','.join(EXPORT_FORMATS)}")
    return formats


def _transcribe(audio: Path, settings: Settings, voices: int | None) -> Transcript:
    work = stage_work(settings, (Stage.TRANSCRIBE,))[Stage.TRANSCRIBE]
    facts = {} if voices is None else {"voices": voices}
    task = StageTask(new_session_id(), Stage.TRANSCRIBE, NoteFormat(settings.note_format), facts)
    try:
        with audio.open("rb") as recording:
            result = work.run(task, {ArtifactKind.RECORDING: recording})
    finally:
        work.close()
    body = next(output.body for output in result.outputs if output.kind is ArtifactKind.TRANSCRIPT)
    return transcript_from_bytes(body)
