"""Score the embedded speech engines: words, speakers, and speed, clip by clip.

Word error rate and concatenated minimum-permutation word error rate (cpWER, CHiME-6) after Whisper's basic text
normalisation; diarization error rate without collar, overlaps included (pyannote.metrics). Speakers are unknown to the
engine. Clips that are not there are left out, and said so.
"""

import argparse
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jiwer
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate
from rich.console import Console
from rich.table import Table
from transformers.models.whisper.english_normalizer import BasicTextNormalizer

from config.settings import RecordingSettings, Settings
from config.wiring import stage_work
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import Stage, new_session_id
from pipeline.domain.transcript import Transcript
from pipeline.errors import PipelineError
from pipeline.ports import StageTask, StageWork

ROOT = Path(__file__).parents[1]
normalise = BasicTextNormalizer()


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is known of it."""

    name: str
    audio: Path
    #: Reference words by speaker, in order; empty where nobody wrote them down.
    said: dict[str, str]
    #: Reference turns: speaker, start, end; empty where nobody marked them.
    turns: tuple[tuple[str, float, float], ...] = ()


def clips(data: Path) -> Iterator[Clip]:
    """Yield the clips that are there."""
    yield _with_references("our sample session", ROOT / "samples/session/session.opus")
    audio = data / "audio"
    yield _with_references("pyannote phone sample", audio / "pyannote/sample/sample.wav", _bundled_sample())
    for name in ("katiesteve", "katiesteve_mono"):
        yield _with_references(name, audio / f"azure_speech_samples/{name}.wav")
    for part in ("development", "train"):
        yield from _meeting_clips(audio / "pyannote/tests_data", part)
    yield from _read_speech(audio / "pocketsphinx_librivox")


def _bundled_sample() -> Path:
    spec = find_spec("pyannote.audio")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else ROOT
    return folder / "sample" / "sample.wav"


def _with_references(name: str, audio: Path, fallback: Path | None = None) -> Clip:
    found = audio if audio.exists() or fallback is None else fallback
    stems = (found.with_suffix(""), found.with_name(f"{found.stem}.ref"))
    stm = next((path for stem in stems if (path := Path(f"{stem}.stm")).exists()), None)
    rttm = next((path for stem in stems if (path := Path(f"{stem}.rttm")).exists()), None)
    return Clip(name, found, {} if stm is None else _stm(stm), () if rttm is None else _rttm(rttm, None))


def _stm(path: Path) -> dict[str, str]:
    said: defaultdict[str, list[str]] = defaultdict(list)
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith(";;"):
            _, _, speaker, _, _, *words = line.split()
            said[speaker].extend(word for word in words if not word.startswith("<"))
    return {speaker: " ".join(words) for speaker, words in said.items()}


def _rttm(path: Path, clip: str | None) -> tuple[tuple[str, float, float], ...]:
    rows = (line.split() for line in path.read_text().splitlines() if line.startswith("SPEAKER"))
    return tuple((r[7], float(r[3]), float(r[3]) + float(r[4])) for r in rows if clip in {None, r[1]})


def _meeting_clips(folder: Path, part: str) -> Iterator[Clip]:
    rttm = folder / f"debug.{part}.rttm"
    for audio in sorted(folder.glob(f"{part[:3] if part == 'development' else 'trn'}*.wav")):
        yield Clip(f"meeting {audio.stem}", audio, {}, _rttm(rttm, audio.stem))


def _read_speech(folder: Path) -> Iterator[Clip]:
    for text in sorted(folder.glob("sense*.txt")):
        yield Clip(f"read speech {text.stem[-4:]}", text.with_suffix(".wav"), {"reader": text.read_text()})


def transcribe(work: StageWork, audio: Path) -> Transcript:
    """Return what the transcribe stage makes of a clip, in its own process."""
    task = StageTask(new_session_id(), Stage.TRANSCRIBE, NoteFormat.DAP)
    with audio.open("rb") as recording:
        result = work.run(task, {ArtifactKind.RECORDING: recording})
    body = next(output.body for output in result.outputs if output.kind is ArtifactKind.TRANSCRIPT)
    return transcript_from_bytes(body)


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Return errors and reference words after normalisation."""
    wanted = normalise(reference)
    if not wanted.split():
        return len(normalise(heard).split()), 0
    found = jiwer.process_words(wanted, normalise(heard))
    return found.substitutions + found.deletions + found.insertions, len(wanted.split())


def cp_errors(said: dict[str, str], heard: dict[str, str]) -> int:
    """Return the word errors of the best pairing of reference and heard speakers."""
    wanted, got = list(said.values()), list(heard.values())
    size = max(len(wanted), len(got))
    wanted += [""] * (size - len(wanted))
    got += [""] * (size - len(got))
    return min(
        sum(word_errors(a, b)[0] for a, b in zip(wanted, order, strict=True)) for order in itertools.permutations(got)
    )


def score(clip: Clip, transcript: Transcript, seconds: float) -> list[str]:
    """Return a row of the table."""
    length = transcript.recording.seconds if transcript.recording else 0.0
    row = [clip.name, f"{length:.0f}"]
    heard: defaultdict[str, list[str]] = defaultdict(list)
    for segment in transcript.segments:
        heard[segment.speaker or "nobody"].append(segment.text)
    if clip.said:
        whole = word_errors(" ".join(_in_order(clip)), " ".join(s.text for s in transcript.segments))
        by_speaker = cp_errors(clip.said, {name: " ".join(texts) for name, texts in heard.items()})
        row += [f"{whole[0] / whole[1]:.3f}", f"{by_speaker / whole[1]:.3f}"]
    else:
        row += ["", ""]
    row.append(f"{der(clip.turns, transcript):.3f}" if clip.turns else "")
    true_voices = len({speaker for speaker, *_ in clip.turns}) or len(clip.said)
    return [*row, f"{len(transcript.speakers)} of {true_voices}", f"{length / seconds:.0f}"]


def _in_order(clip: Clip) -> Sequence[str]:
    """Return the reference in the order in which it was said, as far as the file has it."""
    stm = clip.audio.with_suffix(".stm")
    path = stm if stm.exists() else clip.audio.with_name(f"{clip.audio.stem}.ref.stm")
    if not path.exists():
        return list(clip.said.values())
    lines = (line for line in path.read_text().splitlines() if line.strip() and not line.startswith(";;"))
    return [" ".join(word for word in line.split()[5:] if not word.startswith("<")) for line in lines]


def der(turns: Sequence[tuple[str, float, float]], transcript: Transcript) -> float:
    """Return the diarization error rate, no collar, overlaps included."""
    reference, hypothesis = Annotation(), Annotation()
    for number, (speaker, start, end) in enumerate(turns):
        reference[Segment(start, end), number] = speaker
    for number, turn in enumerate(transcript.turns):
        hypothesis[Segment(turn.start, turn.end), number] = turn.speaker
    rate: Any = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    return float(rate(reference, hypothesis))


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with evaluation data")
    arguments.add_argument("--json", action="store_true", help="print rows as JSON Lines")
    chosen = arguments.parse_args()
    console = Console()
    # Read speech comes in single sentences, far shorter than a session may be.
    settings = Settings(recording=RecordingSettings(shortest=timedelta(seconds=0.5)))
    work = stage_work(settings, (Stage.TRANSCRIBE,))[Stage.TRANSCRIBE]
    columns = ("clip", "seconds", "WER", "cpWER", "DER", "voices", "times real time")
    table = Table(*columns, title="Embedded speech engines, speakers unknown")
    for clip in clips(chosen.data):
        row = _scored(work, clip)
        table.add_row(*row)
        if chosen.json:
            console.print_json(json.dumps(dict(zip(columns, row, strict=False))))
    work.close()
    console.print(table)


def _scored(work: StageWork, clip: Clip) -> list[str]:
    if not clip.audio.exists():
        return [clip.name, "not here"]
    began = time.monotonic()
    try:
        transcript = transcribe(work, clip.audio)
    except PipelineError as error:
        return [clip.name, error.reason_code]
    return score(clip, transcript, time.monotonic() - began)


if __name__ == "__main__":
    main()
