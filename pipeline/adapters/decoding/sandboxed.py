"""The decoder: ffmpeg in a sandbox, from memory to memory, with a named reason for every recording it refuses."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np

from pipeline.adapters.decoding.headers import Claim, read_claim
from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.adapters.decoding.mixing import Level, Mixdown
from pipeline.adapters.decoding.probing import INPUT_OPTIONS, Probed, probe
from pipeline.adapters.decoding.sandbox import Sandbox, available_sandbox, output_of, running
from pipeline.domain.transcript import RecordingFacts
from pipeline.errors import (
    RecordingEmptyError,
    RecordingSilentError,
    RecordingTooLargeError,
    RecordingTooLongError,
    RecordingTooShortError,
    RecordingTruncatedError,
    RecordingUndecodableError,
)
from pipeline.ports import SAMPLE_RATE, DecodedRecording, Samples

_CHUNK = 1024 * 1024
_BLOCK_SAMPLES = 64 * 1024
#: How much less than its header a recording may hold: encoders pad, and the last packet is often lost.
_MISSING_SECONDS = 2.0
_MISSING_SHARE = 0.02
#: Where the file's own sizes say that bytes are missing, there is less to forgive.
_MISSING_IF_CUT_OFF = 0.5
_INT16_FULL_SCALE = 32767


class SandboxedDecoder:
    """Decodes in a sandbox; nothing of a recording touches a disk, and nothing ffmpeg says of it is kept."""

    def __init__(self, limits: DecodingLimits | None = None, sandbox: Sandbox | None = None) -> None:
        self._limits = limits or DecodingLimits()
        self._wanted = sandbox

    @property
    def sandbox(self) -> Sandbox:
        """Return what stands around ffmpeg on this machine; raise ``SandboxUnavailableError`` without ffmpeg."""
        return self._wanted or available_sandbox()

    def decode(self, recording: BinaryIO) -> DecodedRecording:
        """Return the sound as 16 kHz mono, or raise the ``RecordingError`` that says why not."""
        with self._in_memory(recording) as file:
            claim = read_claim(file)
            probed = self._probe(file, claim)
            claimed = claim.seconds or probed.claimed_seconds
            if not claim.cut_off:
                # A header that speaks of bytes that are not there may say ten hours of one second.
                self._refuse_long(claimed)
            mix = self._sound(file, probed, claim)
        samples, level = mix.finish()
        seconds = len(samples) / SAMPLE_RATE
        if claim.missing_share > _MISSING_SHARE:
            raise RecordingTruncatedError(seconds=round(seconds, 1))
        self._judge(seconds, claimed, level, cut_off=claim.cut_off)
        return DecodedRecording(
            samples,
            RecordingFacts(
                seconds=seconds,
                sample_rate=probed.sample_rate,
                channels=probed.channels,
                codec=probed.codec,
                clipped=level.clipped,
                peak_dbfs=level.peak_dbfs,
                level_dbfs=level.level_dbfs,
                tracks=probed.tracks,
            ),
            by_channel=mix.turns(),
        )

    def encode_flac(self, samples: Samples) -> bytes:
        """Return the samples as 16-bit FLAC."""
        form = ("-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1")
        command = ["ffmpeg", "-v", "quiet", *form, "-i", "/dev/stdin", "-f", "flac", "pipe:1"]
        with _memory_file() as file:
            for start in range(0, len(samples), _BLOCK_SAMPLES):
                block = np.clip(np.nan_to_num(samples[start : start + _BLOCK_SAMPLES]), -1.0, 1.0)
                file.write(np.round(block * _INT16_FULL_SCALE).astype("<i2").tobytes())
            file.flush()
            with running(command, self._limits, self.sandbox, file.fileno()) as process:
                encoded = output_of(process).read()
                if process.wait() != 0:
                    raise RecordingUndecodableError
        return encoded

    @contextmanager
    def _in_memory(self, recording: BinaryIO) -> Iterator[BinaryIO]:
        """Hold the recording where ffmpeg can seek in it: an MP4 may keep its index at the end, past any pipe."""
        with _memory_file() as file:
            size = 0
            while chunk := recording.read(_CHUNK):
                size += len(chunk)
                if size > self._limits.max_bytes:
                    raise RecordingTooLargeError(limit_bytes=self._limits.max_bytes)
                file.write(chunk)
            if not size:
                raise RecordingEmptyError
            file.flush()
            yield file

    def _probe(self, file: BinaryIO, claim: Claim) -> Probed:
        try:
            return probe(file, self._limits, self.sandbox)
        except RecordingUndecodableError:
            if claim.cut_off:
                raise RecordingTruncatedError from None
            raise

    def _refuse_long(self, seconds: float | None) -> None:
        if seconds is not None and seconds > self._limits.max_seconds:
            raise RecordingTooLongError(seconds=round(seconds), limit_seconds=round(self._limits.max_seconds))

    def _sound(self, file: BinaryIO, probed: Probed, claim: Claim) -> Mixdown:
        mix = self._mix(file, probed.channels)
        if mix.cancels:
            mix = self._mix(file, 1, "-af", "pan=mono|c0=c0")
        if not mix.seconds:
            raise RecordingTruncatedError if claim.cut_off else RecordingUndecodableError
        return mix

    def _mix(self, file: BinaryIO, channels: int, *filters: str) -> Mixdown:
        mix = Mixdown(channels)
        form = ("-ac", str(channels), "-ar", str(SAMPLE_RATE), "-f", "f32le")
        command = ["ffmpeg", "-nostdin", "-v", "quiet", "-threads", "1", *INPUT_OPTIONS, "-i", "/dev/stdin"]
        command += ["-map", "0:a:0", "-vn", "-sn", "-dn", *filters, *form, "pipe:1"]
        with running(command, self._limits, self.sandbox, file.fileno()) as process:
            output = output_of(process)
            while block := output.read(_BLOCK_SAMPLES * 4 * channels):
                whole = len(block) // (4 * channels) * 4 * channels
                mix.add(np.frombuffer(block[:whole], dtype="<f4").reshape(-1, channels))
                self._refuse_long(mix.seconds)
            if process.wait() != 0 and mix.seconds:
                raise RecordingUndecodableError
        return mix

    def _judge(self, seconds: float, claimed: float | None, level: Level, *, cut_off: bool) -> None:
        missing = (claimed or 0.0) - seconds
        tolerated = _MISSING_IF_CUT_OFF if cut_off else max(_MISSING_SECONDS, _MISSING_SHARE * (claimed or 0.0))
        if missing > tolerated or (cut_off and claimed is None):
            raise RecordingTruncatedError(seconds=round(seconds, 1), claimed_seconds=claimed)
        if seconds < self._limits.min_seconds:
            raise RecordingTooShortError(seconds=round(seconds, 1), limit_seconds=self._limits.min_seconds)
        if level.silent:
            raise RecordingSilentError(peak_dbfs=level.peak_dbfs)


@contextmanager
def _memory_file() -> Iterator[BinaryIO]:
    with os.fdopen(os.memfd_create("recording", os.MFD_CLOEXEC), "w+b") as file:
        yield file
