"""Sounds and files that tests make for themselves, so that no recording of anybody is needed."""

import functools
import io
import struct
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

#: How ffmpeg is asked for each kind of file; AMR has no free encoder and is made by ``amr``.
FORMATS = {
    "wav": ("-c:a", "pcm_s16le"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "64k"),
    "m4a": ("-c:a", "aac"),
    "flac": ("-c:a", "flac"),
    "aiff": ("-c:a", "pcm_s16be"),
    "ogg": ("-c:a", "libopus"),
    "webm": ("-c:a", "libopus"),
    "mkv": ("-c:a", "aac"),
    "mov": ("-c:a", "aac"),
    "mp4": ("-c:a", "aac", "-movflags", "+faststart"),
    "aac": ("-c:a", "aac"),
}


def noise(seconds: float, rate: int = 16_000, level: float = 0.1, seed: int = 1) -> Sound:
    """Return noise, shape (samples,), whose loudness rises and falls as that of speech does."""
    count = round(seconds * rate)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3.0 * np.arange(count) / rate)
    return (np.random.default_rng(seed).standard_normal(count) * level * swell).clip(-1, 1).astype(np.float32)


def wav(sound: Sound, rate: int = 16_000) -> bytes:
    """Return 16-bit WAV of samples of shape (samples,) or (samples, channels)."""
    channels = sound.shape[1] if sound.ndim > 1 else 1
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
    return file.getvalue()


def float_wav(sound: Sound, rate: int = 16_000) -> bytes:
    """Return mono WAV of 32-bit floats, which can hold what is no number."""
    body = sound.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, rate, rate * 4, 4, 32)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def lying_wav(seconds_there: float, seconds_said: float, rate: int = 16_000) -> bytes:
    """Return a WAV whose header says another length than it has."""
    honest = bytearray(wav(noise(seconds_there, rate), rate))
    honest[40:44] = struct.pack("<I", round(seconds_said * rate) * 2)
    return bytes(honest)


@functools.cache
def encoded(kind: str, seconds: float = 12.0, rate: int = 16_000, *, video: bool = False) -> bytes:
    """Return noise as a file of this kind, with a moving picture where wanted."""
    picture = ("-f", "lavfi", "-i", "testsrc=size=64x64:rate=5", "-c:v", "mpeg4", "-shortest") if video else ()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"sound.{kind}")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "wav", "-i", "pipe:0", *picture, *FORMATS[kind], str(path)],
            input=wav(noise(seconds, rate), rate),
            check=True,
        )
        return path.read_bytes()


def silent_film(kind: str = "mp4") -> bytes:
    """Return a video without a sound track."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"film.{kind}")
        picture = ("-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=12")
        subprocess.run(["ffmpeg", "-v", "error", *picture, "-c:v", "mpeg4", str(path)], check=True)
        return path.read_bytes()


def amr(seconds: float = 12.0) -> bytes:
    """Return AMR-NB of random speech frames at 12.2 kbit/s (RFC 4867, 5.3): 20 ms in 32 bytes."""
    random = np.random.default_rng(1)
    frames = (b"\x3c" + random.bytes(31) for _ in range(round(seconds * 50)))
    return b"#!AMR\n" + b"".join(frames)
