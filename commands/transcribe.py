"""Write down a recording and who said what; needs no consent file and keeps nothing."""

from pathlib import Path
from typing import Annotated

import typer

from commands.documents import names_in
from commands.handing_in import AudioArgument, SpeakersOption, VocabularyOption
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


def run(
    audio: AudioArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the files go.")] = Path(),
    formats: Annotated[str, typer.Option("--formats", "-f", help="Comma-separated.")] = "json",
    engine: Annotated[SpeechEngine | None, typer.Option(help="Speech engine; the settings' by default.")] = None,
    num_speakers: SpeakersOption = None,
    model: Annotated[str, typer.Option(help="Model name or folder, for engines that take one.")] = "",
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "",
    vocabulary: VocabularyOption = None,
) -> None:
    """Write down a recording and who said what; needs no consent file and keeps nothing."""
    # Before the work: who mistypes a format learns it at once, and not after an hour.
    wanted = parse_formats(formats)
    output.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    given = {name: value for name, value in (("engine", engine), ("model", model), ("device", device)) if value}
    settings = settings.model_copy(update={"speech": settings.speech.model_copy(update=given)})
    facts = {} if num_speakers is None else {"voices": num_speakers}
    task = StageTask(
        new_session_id(), Stage.TRANSCRIBE, NoteFormat(settings.note_format), facts, names=names_in(vocabulary)
    )
    with working("Listening and telling voices apart"):
        transcript = _transcribe(audio, settings, task)
    for name in wanted:
        path = output / f"{audio.stem}.{name}"
        write_private(path, write_transcript(transcript, name))
        console.print(f"Wrote {path}")


def parse_formats(text: str) -> list[str]:
    """Return the formats named, or raise a usage error that lists them."""
    formats = [name.strip() for name in text.split(",") if name.strip()]
    if not formats or not set(formats) <= set(EXPORT_FORMATS):
        raise typer.BadParameter(f"choose from {','.join(EXPORT_FORMATS)}")
    return formats


def _transcribe(audio: Path, settings: Settings, task: StageTask) -> Transcript:
    work = stage_work(settings, (Stage.TRANSCRIBE,))[Stage.TRANSCRIBE]
    try:
        with audio.open("rb") as recording:
            result = work.run(task, {ArtifactKind.RECORDING: recording})
    finally:
        work.close()
    body = next(output.body for output in result.outputs if output.kind is ArtifactKind.TRANSCRIPT)
    return transcript_from_bytes(body)
