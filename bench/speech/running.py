"""Recordings through the transcribe stage as a worker runs it: in a process of its own, its memory watched."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.session import PeakMemory
from config.settings import RecordingSettings, Settings, SpeechEngine, SpeechSettings
from config.wiring import stage_work
from pipeline.adapters.isolation import ChildProcessWork
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import Stage, new_session_id
from pipeline.domain.transcript import Transcript
from pipeline.ports import StageTask


@dataclass(frozen=True, slots=True)
class Run:
    """A transcript and what it took."""

    transcript: Transcript
    seconds: float
    #: The most memory the model's process held, in bytes.
    memory: int


def stage(engine: SpeechEngine) -> ChildProcessWork:
    """Return the transcribe stage; its process starts with the first recording."""
    # Read speech comes in single sentences, far shorter than a session may be.
    settings = Settings(
        recording=RecordingSettings(shortest=timedelta(seconds=0.5)), speech=SpeechSettings(engine=engine)
    )
    return stage_work(settings, (Stage.TRANSCRIBE,))[Stage.TRANSCRIBE]


def transcribe(work: ChildProcessWork, audio: Path) -> Transcript:
    """Return what the stage makes of a recording."""
    task = StageTask(new_session_id(), Stage.TRANSCRIBE, NoteFormat.DAP)
    with audio.open("rb") as recording:
        result = work.run(task, {ArtifactKind.RECORDING: recording})
    return transcript_from_bytes(next(out.body for out in result.outputs if out.kind is ArtifactKind.TRANSCRIPT))


def measured(engine: SpeechEngine, audio: Path) -> Run:
    """Return what a fresh process makes of a recording; its start, and the loading of models, count."""
    began = time.monotonic()
    work = stage(engine)
    try:
        with PeakMemory() as memory:
            transcript = transcribe(work, audio)
    finally:
        work.close()
    peak = max((held for name, held in memory.peaks.items() if name != "worker process"), default=0)
    return Run(transcript, time.monotonic() - began, peak)
