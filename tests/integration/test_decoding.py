"""The decoder on whole recordings of every kind, through the real sandbox."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest

from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.adapters.decoding.sandbox import Sandbox, available_sandbox
from pipeline.adapters.decoding.sandboxed import SandboxedDecoder
from pipeline.errors import RecordingTruncatedError
from pipeline.ports import DecodedRecording
from tests.sounds import FORMATS, Sound, amr, encoded, float_wav, noise, wav


@pytest.fixture(scope="module")
def decoder() -> SandboxedDecoder:
    """Return the decoder as it is used."""
    return SandboxedDecoder()


def decode(decoder: SandboxedDecoder, recording: bytes) -> DecodedRecording:
    """Decode the bytes."""
    return decoder.decode(io.BytesIO(recording))


def loudness(samples: Sound) -> float:
    """Return the root mean square in dBFS."""
    return 20 * float(np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


@pytest.mark.parametrize("kind", FORMATS)
def test_every_kind_of_recording_is_decoded(decoder: SandboxedDecoder, kind: str) -> None:
    """Sound comes out as 16 kHz mono of the right length and loudness, whatever the container."""
    decoded = decode(decoder, encoded(kind))

    assert decoded.samples.dtype == np.float32
    assert decoded.facts.seconds == pytest.approx(12.0, abs=0.15)
    assert len(decoded.samples) == round(decoded.facts.seconds * 16_000)
    assert loudness(decoded.samples) == pytest.approx(loudness(noise(12.0)), abs=1.0)


def test_a_phones_voice_memo_is_decoded(decoder: SandboxedDecoder) -> None:
    """AMR, as older telephones record it, is decoded and named."""
    decoded = decode(decoder, amr())

    assert (decoded.facts.codec, decoded.facts.sample_rate) == ("amr_nb", 8000)
    assert decoded.facts.seconds == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("kind", ["mp4", "mkv", "mov"])
def test_a_video_gives_its_sound(decoder: SandboxedDecoder, kind: str) -> None:
    """A video with sound is decoded like a recording."""
    decoded = decode(decoder, encoded(kind, video=True))

    assert decoded.facts.codec == "aac"
    assert decoded.facts.seconds == pytest.approx(12.0, abs=0.3)


def test_an_index_at_the_end_is_reached_without_a_file(decoder: SandboxedDecoder) -> None:
    """An MP4 whose index stands last, which no pipe can serve, is decoded from memory."""
    recording = encoded("m4a")

    assert recording.index(b"moov") > recording.index(b"mdat")
    assert decode(decoder, recording).facts.seconds == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 96_000])
def test_any_rate_becomes_16_khz(decoder: SandboxedDecoder, rate: int) -> None:
    """A tone keeps its pitch through resampling, and the facts tell the rate it came with."""
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(12 * rate) / rate)).astype(np.float32)
    decoded = decode(decoder, wav(tone, rate))
    spectrum = np.abs(np.fft.rfft(decoded.samples[:160_000]))

    assert decoded.facts.sample_rate == rate
    assert np.argmax(spectrum) * 16_000 / 160_000 == pytest.approx(440, abs=1)


def test_a_voice_on_one_channel_keeps_its_level(decoder: SandboxedDecoder) -> None:
    """A recording with one dead channel is as loud as its live one."""
    voice = noise(12.0)
    one_sided = decode(decoder, wav(np.stack([np.zeros_like(voice), voice], axis=1)))

    assert loudness(one_sided.samples) == pytest.approx(loudness(voice), abs=0.2)


def test_channels_that_cancel_each_other_still_sound(decoder: SandboxedDecoder) -> None:
    """A stereo recording with one channel's polarity reversed is not mixed to nothing."""
    voice = noise(12.0)
    reversed_polarity = decode(decoder, wav(np.stack([voice, -voice], axis=1)))

    assert loudness(reversed_polarity.samples) == pytest.approx(loudness(voice), abs=0.2)


def test_two_voices_on_two_channels_are_both_heard(decoder: SandboxedDecoder) -> None:
    """Of two live channels neither is dropped."""
    left, right = noise(12.0, seed=1), noise(12.0, seed=2)
    samples = decode(decoder, wav(np.stack([left, right], axis=1))).samples

    assert np.corrcoef(samples, left)[0, 1] > 0.6
    assert np.corrcoef(samples, right)[0, 1] > 0.6


def test_sixteen_channels_are_mixed(decoder: SandboxedDecoder) -> None:
    """A recorder with many microphones is no trouble."""
    sound = np.stack([noise(12.0, seed=n) for n in range(16)], axis=1)

    assert decode(decoder, wav(sound)).facts.channels == 16


def test_clipping_is_a_fact_and_no_error(decoder: SandboxedDecoder) -> None:
    """A recording that was set too loud is decoded, and the share of samples at full scale is told."""
    clipped = decode(decoder, wav((noise(12.0) * 20).clip(-1, 1))).facts
    clean = decode(decoder, wav(noise(12.0))).facts

    assert clipped.clipped > 0.2
    assert clipped.peak_dbfs == pytest.approx(0.0, abs=0.1)
    assert clean.clipped == 0.0


def test_what_is_no_number_becomes_silence(decoder: SandboxedDecoder) -> None:
    """Float samples that are no number or infinite reach no model."""
    sound = noise(12.0)
    sound[1000:2000] = np.nan
    sound[5000], sound[6000] = np.inf, -np.inf
    samples = decode(decoder, float_wav(sound)).samples

    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0


def test_flac_keeps_every_sample(decoder: SandboxedDecoder) -> None:
    """The working copy decodes to what was encoded, within 16 bits."""
    sound = noise(12.0)
    again = decode(decoder, decoder.encode_flac(sound)).samples

    assert np.abs(again - sound).max() < 1 / 32_000


def test_without_namespaces_the_limits_alone_do(decoder: SandboxedDecoder) -> None:
    """Where user namespaces are off, decoding gives the same sound under resource limits."""
    limited = SandboxedDecoder(sandbox=Sandbox.RLIMITS)

    assert limited.sandbox is Sandbox.RLIMITS
    assert np.array_equal(decode(limited, encoded("m4a")).samples, decode(decoder, encoded("m4a")).samples)


def test_the_sandbox_that_is_used_is_the_best_there_is(decoder: SandboxedDecoder) -> None:
    """What `doctor` is told is what stands around ffmpeg."""
    assert decoder.sandbox is available_sandbox()


def test_memory_is_bounded_by_the_limit_and_not_by_the_file() -> None:
    """A recording larger than the limit is refused while it is read."""
    limits = DecodingLimits(max_bytes=100_000)
    source = io.BytesIO(wav(noise(12.0)))

    with pytest.raises(Exception, match="recording_too_large"):
        SandboxedDecoder(limits).decode(source)
    assert source.tell() < 2 * 1024 * 1024


def test_a_voice_on_each_channel_is_told_by_its_channel(decoder: SandboxedDecoder) -> None:
    """Telephone recordings with a channel for each side say who spoke when; a stereo mix does not."""
    pause = np.zeros(6 * 16_000, np.float32)
    one = np.concatenate([noise(6.0, seed=1), pause, noise(6.0, seed=3)])
    other = np.concatenate([pause, noise(6.0, seed=2), pause])
    apart = decode(decoder, wav(np.stack([one, other], axis=1)))
    mixed = decode(decoder, wav(np.stack([one + other, one + other], axis=1)))

    assert [turn.speaker for turn in apart.by_channel] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert [turn.start for turn in apart.by_channel] == pytest.approx([0.0, 6.0, 12.0], abs=0.5)
    assert mixed.by_channel == ()


def test_a_second_sound_track_is_counted(decoder: SandboxedDecoder, tmp_path: Path) -> None:
    """The first track is decoded, and the facts say that there is another."""
    (tmp_path / "one.wav").write_bytes(wav(noise(12.0)))
    inputs = ["-i", str(tmp_path / "one.wav"), "-i", str(tmp_path / "one.wav")]
    command = ["ffmpeg", "-v", "quiet", *inputs, "-map", "0", "-map", "1", "-c:a", "aac", str(tmp_path / "two.mp4")]
    subprocess.run(command, check=True)

    assert decode(decoder, (tmp_path / "two.mp4").read_bytes()).facts.tracks == 2
    assert decode(decoder, (tmp_path / "one.wav").read_bytes()).facts.tracks == 1


#: What dictation machines, telephone systems and older computers write.
UNCOMMON = {
    "w64": ("-c:a", "pcm_s16le"),
    "au": ("-c:a", "pcm_s16be"),
    "wv": ("-c:a", "wavpack"),
    "avi": ("-c:a", "mp3"),
    "ts": ("-c:a", "aac"),
    "mpg": ("-c:a", "mp2"),
    "flv": ("-c:a", "aac"),
    "ac3": ("-c:a", "ac3"),
    "wma": ("-c:a", "wmav2"),
    "caf": ("-c:a", "alac"),
    "adpcm.wav": ("-c:a", "adpcm_ima_wav"),
    "mulaw.wav": ("-c:a", "pcm_mulaw", "-ar", "8000"),
    "gsm.wav": ("-c:a", "gsm_ms", "-ar", "8000"),
    "high.wav": ("-c:a", "pcm_s24le", "-ar", "96000", "-ac", "2"),
}


def made(folder: Path, name: str) -> bytes:
    """Return twelve seconds in one of these forms."""
    (folder / "sound.wav").write_bytes(wav(noise(12.0)))
    path = folder / f"made.{name}"
    command = ["ffmpeg", "-v", "quiet", "-i", str(folder / "sound.wav"), *UNCOMMON[name], str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


@pytest.mark.parametrize("name", UNCOMMON)
def test_uncommon_kinds_are_decoded_whole(decoder: SandboxedDecoder, tmp_path: Path, name: str) -> None:
    """Kinds that few recorders write are decoded to their full length, and are not taken for cut-off ones."""
    assert decode(decoder, made(tmp_path, name)).facts.seconds == pytest.approx(12.0, abs=0.2)


@pytest.mark.parametrize("name", ["w64", "avi", "wma", "au", "wv", "flv", "adpcm.wav", "gsm.wav"])
def test_uncommon_kinds_cut_off_are_refused(decoder: SandboxedDecoder, tmp_path: Path, name: str) -> None:
    """Half of such a file is told from a whole one by what it says of itself."""
    body = made(tmp_path, name)

    with pytest.raises(RecordingTruncatedError):
        decode(decoder, body[: len(body) // 2])
