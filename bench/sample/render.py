"""Render the bundled sample session with Debian's flite: ``python -m bench.sample.render [--output DIR]``."""

import argparse
import io
import random
import re
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter  # type: ignore[import-untyped]  # scipy ships no types

SAMPLE = Path(__file__).parents[2] / "samples" / "session"
RATE = 16_000
RECORDING = "session"
SEED = 20_260_305
_VOICES = {"CLINICIAN": ("rms", 1.0), "CLIENT": ("slt", 1.06)}
_SPEECH_DBFS = {"CLINICIAN": -23.0, "CLIENT": -26.0}
_ROOM_DBFS = -58.0
#: Share of full scale below which flite's own silence lies, and how much of it stays around a turn, in samples.
_AUDIBLE, _MARGIN = 0.005, 160
_LINE = re.compile(r"(?P<speaker>CLINICIAN|CLIENT): (?:\((?P<pause>[\d.]+)\) )?(?P<text>.+)")
_PAUSE_WITHIN = re.compile(r"\(([\d.]+)\) ?")

Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the script, and the silence before it in seconds."""

    speaker: str
    text: str
    pause: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn's place in the recording, in seconds."""

    turn: Turn
    start: float
    end: float


def read_script(path: Path) -> list[Turn]:
    """Return the turns; a pause in mid-turn makes two turns of one speaker."""
    chance = random.Random(SEED)  # noqa: S311 - the same pauses at every rendering, no secret
    turns: list[Turn] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := _LINE.fullmatch(line):
            turns += _turns(found["speaker"], found["text"], found["pause"], chance)
    return turns


def _turns(speaker: str, text: str, pause: str | None, chance: random.Random) -> Iterator[Turn]:
    first, *rest = _PAUSE_WITHIN.split(text)
    yield Turn(speaker, first.strip(), float(pause) if pause else round(chance.uniform(0.3, 0.9), 2))
    for seconds, part in zip(rest[::2], rest[1::2], strict=True):
        yield Turn(speaker, part.strip(), float(seconds))


def speak(turn: Turn) -> Sound:
    """Return the turn as flite says it, without the silence around it, at its speaker's loudness."""
    voice, stretch = _VOICES[turn.speaker]
    command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", turn.text, "-o", "/dev/stdout"]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - our own script's text
    with wave.open(io.BytesIO(spoken)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2") / 32768
    loud = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    speech = samples[max(loud[0] - _MARGIN, 0) : loud[-1] + _MARGIN]
    return _at_level(speech, _SPEECH_DBFS[turn.speaker])


def render(turns: list[Turn]) -> tuple[Sound, list[Spoken]]:
    """Return the whole recording in a quiet room, and where each turn lies."""
    parts, spoken, at = [], [], 0
    for turn in turns:
        silence, speech = np.zeros(round(turn.pause * RATE)), speak(turn)
        start = at + len(silence)
        at = start + len(speech)
        parts += [silence, speech]
        spoken.append(Spoken(turn, start / RATE, at / RATE))
    dry = np.concatenate([*parts, np.zeros(RATE)])
    return _in_room(dry), spoken


def _in_room(dry: Sound) -> Sound:
    """Add a few faint early reflections and a room's low hum of noise."""
    wet = dry.copy()
    for delay_ms, gain in ((11, 0.12), (23, 0.08), (37, 0.05)):
        shift = delay_ms * RATE // 1000
        wet[shift:] += gain * dry[:-shift]
    noise = lfilter([1.0], [1.0, -0.95], np.random.default_rng(SEED).standard_normal(len(dry)))
    return wet + _at_level(noise, _ROOM_DBFS)


def _at_level(sound: Sound, dbfs: float) -> Sound:
    gain = 10 ** (dbfs / 20) / float(np.sqrt(np.mean(sound**2)))
    return sound * gain


def rttm(spoken: list[Spoken]) -> str:
    """Return the turns as NIST RTTM."""
    return "".join(
        f"SPEAKER {RECORDING} 1 {s.start:.3f} {s.end - s.start:.3f} <NA> <NA> {s.turn.speaker} <NA> <NA>\n"
        for s in spoken
    )


def stm(spoken: list[Spoken]) -> str:
    """Return the turns and their words as NIST STM."""
    return "".join(f"{RECORDING} 1 {s.turn.speaker} {s.start:.3f} {s.end:.3f} {s.turn.text}\n" for s in spoken)


def encode(sound: Sound, path: Path) -> None:
    """Write the sound as 16 kHz mono Opus at 28 kbit/s."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    command += ["-c:a", "libopus", "-b:a", "28k", "-map_metadata", "-1", "-fflags", "+bitexact", str(path)]
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    subprocess.run(command, check=True, input=pcm)  # noqa: S603 - a fixed command


def main() -> None:
    """Write the recording, its RTTM and its STM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=SAMPLE)
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    sound, spoken = render(read_script(SAMPLE / "script.txt"))
    encode(sound, output / "session.opus")
    (output / "session.rttm").write_text(rttm(spoken), encoding="utf-8")
    (output / "session.stm").write_text(stm(spoken), encoding="utf-8")
    print(f"{len(spoken)} turns, {len(sound) / RATE:.1f} s, {output}")


if __name__ == "__main__":
    main()
