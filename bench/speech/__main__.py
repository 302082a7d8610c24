"""Score the speech engines: words, speakers, roles, speed, memory, and what is heard where nobody speaks.

The number of speakers is unknown to the engines. Clips that are not there are left out, and said so.
"""

import argparse
import tempfile
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.speech.clips import Clip, clips
from bench.speech.long import spliced
from bench.speech.running import measured, stage, transcribe
from bench.speech.scoring import Scores, score
from bench.speech.speechless import RATE, speechless
from config.settings import SpeechEngine
from pipeline.adapters.diarization import EmbeddedDiarizer
from pipeline.adapters.isolation import ChildProcessWork
from pipeline.errors import PipelineError
from pipeline.ports import Samples, VoiceCount

_PARTS = ("clips", "speechless", "long")
_GIGABYTE = 1e9


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(prog="python -m bench.speech", description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with evaluation data")
    arguments.add_argument("--engine", type=SpeechEngine, default=SpeechEngine.MOONSHINE)
    arguments.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS)
    arguments.add_argument("--minutes", nargs="+", type=float, default=[10.0, 50.0])
    chosen = arguments.parse_args()
    console = Console()
    if {"clips", "speechless"} & set(chosen.parts):
        work = stage(chosen.engine)
        if "clips" in chosen.parts:
            console.print(*_clip_tables(work, list(clips(chosen.data))))
        if "speechless" in chosen.parts:
            console.print(_speechless_table(work))
        work.close()
    if "long" in chosen.parts:
        console.print(_long_table(chosen.engine, chosen.minutes))


def _clip_tables(work: ChildProcessWork, found: Sequence[Clip]) -> list[Table]:
    table = Table("clip", "WER", "cpWER", "DER", "roles", "voices", title="Clips, number of speakers unknown")
    meetings: list[Scores] = []
    for clip in found:
        if not clip.audio.exists():
            table.add_row(clip.name, "not here")
            continue
        try:
            scores = score(clip, transcribe(work, clip.audio))
        except PipelineError as error:
            # Whoever hears nobody has missed all the speech there is.
            speech = sum(end - start for _, start, end in clip.turns)
            scores = Scores(der=1.0, speech=speech, wrong=speech, voices=len({who for who, *_ in clip.turns}))
            table.add_row(clip.name, error.reason_code, "", "1.000" if clip.turns else "")
        else:
            table.add_row(clip.name, *_cells(scores))
        if clip.name.startswith("meeting"):
            meetings.append(scores)
    return [table, *([_meeting_table(meetings)] if meetings else [])]


def _cells(scores: Scores) -> list[str]:
    rates = (scores.wer, scores.cpwer, scores.der, scores.roles)
    return [*("" if rate is None else f"{rate:.3f}" for rate in rates), f"{scores.voices_heard} of {scores.voices}"]


def _meeting_table(scores: Sequence[Scores]) -> Table:
    table = Table("meeting clips", "DER", title="Thirty seconds each, few of them with much speech")
    table.add_row("mean of the clips", f"{np.mean([one.der for one in scores if one.der is not None]):.3f}")
    table.add_row("all speech together", f"{sum(one.wrong for one in scores) / sum(one.speech for one in scores):.3f}")
    table.add_row(
        "voices too few or too many, mean", f"{np.mean([abs(o.voices_heard - o.voices) for o in scores]):.2f}"
    )
    return table


def _speechless_table(work: ChildProcessWork) -> Table:
    table = Table("half a minute of", "words invented", title="Ten minutes without a word")
    with tempfile.TemporaryDirectory() as folder:
        for name, sound in speechless(30.0).items():
            try:
                words = str(transcribe(work, _written(Path(folder, "sound.wav"), sound)).words)
            except PipelineError as error:
                words = f"0 ({error.reason_code})"
            table.add_row(name, words)
    return table


def _written(path: Path, sound: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def _long_table(engine: SpeechEngine, minutes: Sequence[float]) -> Table:
    title = "Synthetic sessions, a fresh process each, its start and the models' loading included"
    columns = ("session", "WER", "cpWER", "DER", "roles", "voices", "times real time", "GB at most")
    table = Table(*columns, title=title)
    with tempfile.TemporaryDirectory() as folder:
        for length in minutes:
            clip = spliced(length, Path(folder))
            run = measured(engine, clip.audio)
            seconds = run.transcript.recording.seconds if run.transcript.recording else 0.0
            cells = _cells(score(clip, run.transcript))
            table.add_row(clip.name, *cells, f"{seconds / run.seconds:.1f}", f"{run.memory / _GIGABYTE:.2f}")
        table.add_row("diarization alone, of ten minutes", *[""] * 5, f"{_diarization_speed(Path(folder)):.1f}")
    return table


def _diarization_speed(folder: Path) -> float:
    """Return how much faster than real time voices are told apart, the models' loading included."""
    with wave.open(str(folder / "once.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    samples = np.resize(sound, 600 * RATE)
    began = time.monotonic()
    EmbeddedDiarizer().diarize(samples, VoiceCount())
    return len(samples) / RATE / (time.monotonic() - began)


if __name__ == "__main__":
    main()
