"""The decoder on what cannot be used: each ends in its own reason, soon, and without a word of the content."""

import io
import struct
import time
from contextlib import suppress

import numpy as np
import pytest

from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.adapters.decoding.sandboxed import SandboxedDecoder
from pipeline.errors import (
    RecordingEmptyError,
    RecordingError,
    RecordingHasNoAudioError,
    RecordingSilentError,
    RecordingTooLongError,
    RecordingTooShortError,
    RecordingTruncatedError,
    RecordingUndecodableError,
)
from tests.sounds import FORMATS, amr, encoded, lying_wav, noise, silent_film, wav

TEN_HOURS = 36_000.0
RANDOM = np.random.default_rng(7)


def refusal(recording: bytes, limits: DecodingLimits | None = None) -> RecordingError:
    """Return the error that decoding ends in."""
    with pytest.raises(RecordingError) as caught:
        SandboxedDecoder(limits).decode(io.BytesIO(recording))
    return caught.value


def channels_header(channels: int) -> bytes:
    """Return a WAV header of very many channels, with a little sound."""
    form = struct.pack("<HHIIHH", 1, channels, 16_000, 16_000 * 2 * channels & 0xFFFFFFFF, channels * 2 & 0xFFFF, 16)
    body = b"\x01\x02" * 50_000
    return b"RIFF" + struct.pack("<I", 1 << 20) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data\0\0\1\0" + body


REFUSED = {
    "no bytes": (b"", RecordingEmptyError),
    "one byte": (b"\0", RecordingUndecodableError),
    "zeros": (bytes(200_000), RecordingUndecodableError),
    "random": (RANDOM.bytes(200_000), RecordingUndecodableError),
    "text": (b"Client said: canary phrase. " * 2000, RecordingUndecodableError),
    "playlist": (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n", RecordingUndecodableError),
    "concatenation": (b"ffconcat version 1.0\nfile '/etc/passwd'\n", RecordingUndecodableError),
    "dash": (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>', RecordingUndecodableError),
    "subtitles": (b"1\n00:00:00,000 --> 00:00:10,000\nsaid\n\n" * 50, RecordingUndecodableError),
    "picture": (b"\x89PNG\r\n\x1a\n" + RANDOM.bytes(1000), RecordingUndecodableError),
    "65535 channels": (channels_header(65_535), RecordingUndecodableError),
    "64 channels": (channels_header(64), RecordingUndecodableError),
    "three seconds": (wav(noise(3.0)), RecordingTooShortError),
    "no samples": (wav(noise(0.0)), RecordingUndecodableError),
    "digital silence": (wav(np.zeros(16_000 * 12, dtype=np.float32)), RecordingSilentError),
    "hiss": (wav(noise(12.0, level=0.0003)), RecordingSilentError),
    "clicks": (wav(np.where(np.arange(16_000 * 12) % 32_000 == 0, 0.5, 0.0).astype(np.float32)), RecordingSilentError),
    "ten hours said, one second there": (lying_wav(1.0, TEN_HOURS), RecordingTruncatedError),
    "a minute said, half of it there": (lying_wav(30.0, 60.0), RecordingTruncatedError),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_ends_in_its_own_reason(name: str) -> None:
    """Nothing but sound is decoded, and what is refused says why, within seconds."""
    recording, expected = REFUSED[name]
    started = time.monotonic()
    error = refusal(recording)

    assert type(error) is expected
    assert time.monotonic() - started < 10


def test_a_film_without_sound_is_told_from_no_film() -> None:
    """A video that has no sound track is refused for that, so that the right file can be sent."""
    assert type(refusal(silent_film())) is RecordingHasNoAudioError


@pytest.mark.parametrize("kind", sorted(set(FORMATS) - {"aac"}))
def test_half_a_recording_is_told_from_a_whole_one(kind: str) -> None:
    """A file that lost its second half is refused as truncated, whatever the container."""
    whole = encoded(kind, 40.0)

    assert type(refusal(whole[: len(whole) // 2])) is RecordingTruncatedError


def test_a_recorder_that_could_not_seek_back_is_believed() -> None:
    """A WAV whose header leaves the length open, as streaming recorders write it, is decoded to its end."""
    recording = bytearray(wav(noise(12.0)))
    recording[4:8] = recording[40:44] = b"\xff\xff\xff\xff"

    assert SandboxedDecoder().decode(io.BytesIO(bytes(recording))).facts.seconds == pytest.approx(12.0)


def test_too_long_is_found_while_decoding_where_no_header_says_it() -> None:
    """A stream without a length is decoded only as far as the limit."""
    error = refusal(amr(120.0), DecodingLimits(max_seconds=30.0))

    assert type(error) is RecordingTooLongError
    assert error.facts["limit_seconds"] == 30


def test_a_decoder_that_hangs_is_stopped() -> None:
    """A recording that takes longer than the limit of the clock is given up."""
    error = refusal(encoded("flac", 600.0), DecodingLimits(wall_seconds=0.01))

    assert type(error) is RecordingUndecodableError


def test_fuzzed_recordings_end_in_sound_or_in_a_reason() -> None:
    """Damaged files of every kind never end in anything but sound or a named reason."""
    decoder = SandboxedDecoder()
    for kind in FORMATS:
        damaged = bytearray(encoded(kind))
        for at in RANDOM.integers(0, len(damaged), 40):
            damaged[at] = int(RANDOM.integers(0, 256))
        for recording in (bytes(damaged), bytes(damaged[: int(RANDOM.integers(1, 2000))])):
            with suppress(RecordingError):
                assert np.isfinite(decoder.decode(io.BytesIO(recording)).samples).all()


def test_a_refusal_says_nothing_of_the_content() -> None:
    """Neither a refusal nor what it carries holds a word of the file, and ffmpeg's complaints are not kept."""
    recording = b"ID3\x03\0\0\0\0\0\x7fTIT2\0\0\0\x20\0\0\0canary phrase in a title" + b"canary phrase " * 5000
    error = refusal(recording)

    assert "canary" not in f"{error} {error!r} {error.facts} {error.__cause__} {error.__context__}"
