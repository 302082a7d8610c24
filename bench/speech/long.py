"""A session of any length, spliced from the bundled sample session's two synthetic voices."""

import subprocess
from pathlib import Path

from bench.speech.clips import SAMPLE, Clip, sample

#: What the bundled session leaves at its end before it begins again (seconds).
_PAUSE = 1.0


def spliced(minutes: float, folder: Path) -> Clip:
    """Return the sample session over and over, until the minutes are full, written to ``folder``."""
    once = sample()
    length = _seconds(SAMPLE) + _PAUSE
    times = max(1, round(minutes * 60 / length))
    audio = folder / f"{minutes:.0f}-minutes.flac"
    sound = ["-stream_loop", str(times - 1), "-i", str(_padded(folder))]
    _ffmpeg(*sound, "-c:a", "flac", str(audio))
    turns = tuple((who, start + n * length, end + n * length) for n in range(times) for who, start, end in once.turns)
    said = {speaker: " ".join([words] * times) for speaker, words in once.said.items()}
    return Clip(f"{minutes:.0f} minutes spliced from it", audio, said, turns, once.lines * times)


def _padded(folder: Path) -> Path:
    padded = folder / "once.wav"
    if not padded.exists():
        _ffmpeg("-i", str(SAMPLE), "-ar", "16000", "-ac", "1", "-af", f"apad=pad_dur={_PAUSE}", str(padded))
    return padded


def _seconds(path: Path) -> float:
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - our own file


def _ffmpeg(*arguments: str) -> None:
    command = ["ffmpeg", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True)  # noqa: S603 - our own files
