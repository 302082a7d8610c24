"""whisperX through its own interface, on weights the test makes: recognition, alignment, doubt, silence, memory."""

import logging
import resource
import wave
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from pipeline.adapters.speech.whisperx import WhisperXOptions, WhisperXTranscriber
from pipeline.domain.transcript import Transcript
from pipeline.errors import EngineUnavailableError, NoSpeechError
from pipeline.ports import SAMPLE_RATE, Samples

pytestmark = [pytest.mark.models, pytest.mark.slow]
# tests/tiny_weights imports torch and transformers, which take seconds and warn on import.
SAYS = " I took the marigold canary today. It was fine."


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a Whisper model and an aligner."""
    from pipeline.adapters.speech.whisperx_quiet import import_whisperx, quiet

    import_whisperx()
    folder = tmp_path_factory.mktemp("weights")
    with quiet():
        from tests import tiny_weights

        tiny_weights.whisper(folder, SAYS)
        tiny_weights.aligner(folder / "aligner")
    return folder


@pytest.fixture(scope="module")
def phone_call() -> Samples:
    """Return the phone call that pyannote's wheel carries: 30 s, two voices."""
    path = distribution("pyannote.audio").locate_file("pyannote/audio/sample/sample.wav")
    with wave.open(str(path)) as file:
        body = file.readframes(file.getnframes())
    return (np.frombuffer(body, "<i2") / 32768).astype(np.float32)


@pytest.fixture(scope="module")
def transcriber(weights: Path) -> WhisperXTranscriber:
    """Return a transcriber that loads its models once for all tests."""
    return WhisperXTranscriber(options(weights))


def options(weights: Path, **changes: str | int) -> WhisperXOptions:
    """Return options for the tiny models."""
    given: dict[str, str | int] = {"model": str(weights / "ctranslate2"), "device": "cpu", "compute_type": "float32"}
    return WhisperXOptions(**{**given, "alignment_model": str(weights / "aligner"), **changes})  # type: ignore[arg-type]  # a mixed dict


def texts(transcript: Transcript) -> str:
    """Return everything that was heard, in one line."""
    return " ".join(segment.text for segment in transcript.segments)


def test_hears_and_aligns(transcriber: WhisperXTranscriber, phone_call: Samples) -> None:
    """What the model says is returned in segments whose words have times and scores within the recording."""
    transcript = transcriber.transcribe(phone_call, tuple)
    words = [word for segment in transcript.segments for word in segment.words]

    assert texts(transcript) == SAYS.strip()
    assert [word.word for word in words] == SAYS.split()
    assert all(0 <= (word.start or -1) <= (word.end or -1) <= 30 for word in words)
    assert all(0 <= (-1 if word.score is None else word.score) <= 1 for word in words)
    assert transcript.engine.name == "whisperx"
    assert transcript.flags == ()


def test_model_is_loaded_once(transcriber: WhisperXTranscriber, phone_call: Samples) -> None:
    """A second recording in the same process meets the same loaded models."""
    transcriber.transcribe(phone_call, tuple)
    recognizer, aligner = transcriber._recognizer, transcriber._aligner  # noqa: SLF001 - the models are no one else's to see
    transcriber.transcribe(phone_call, tuple)

    assert transcriber._recognizer is recognizer  # noqa: SLF001 - as above
    assert transcriber._aligner is aligner  # noqa: SLF001 - as above


def test_language_is_heard(weights: Path, phone_call: Samples) -> None:
    """Without a language given, the model's own guess is taken."""
    assert WhisperXTranscriber(options(weights, language="")).transcribe(phone_call, tuple).language == "en"


def test_no_alignment_model(weights: Path, phone_call: Samples) -> None:
    """Where there is no alignment model the text stands, its segments keep their times, and a flag says so."""
    transcriber = WhisperXTranscriber(options(weights, alignment_model=str(weights / "nothing")))
    transcript = transcriber.transcribe(phone_call, tuple)

    assert texts(transcript) == SAYS.strip()
    assert transcript.flags == ("alignment_missing",)
    assert transcript.segments[0].words == ()


def test_silence_is_no_speech(transcriber: WhisperXTranscriber) -> None:
    """Silence is no speech, whatever the model would say."""
    with pytest.raises(NoSpeechError):
        transcriber.transcribe(np.zeros(20 * SAMPLE_RATE, np.float32), tuple)


def test_nothing_said_is_logged(
    transcriber: WhisperXTranscriber,
    phone_call: Samples,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not a word reaches a log or a terminal, where alignment fails either."""
    with caplog.at_level(logging.DEBUG):
        transcriber.transcribe(phone_call, tuple)
        transcriber.transcribe(phone_call[: 8 * SAMPLE_RATE], tuple)
        logging.getLogger("whisperx.alignment").warning("Failed to align segment (%s)", SAYS)
    printed = "".join(capfd.readouterr())

    assert "marigold" not in caplog.text + printed
    assert printed == ""


def test_telemetry_is_off(weights: Path) -> None:
    """Once whisperX is imported, pyannote reports nothing to anybody."""
    from pyannote.audio.telemetry.metrics import is_metrics_enabled

    assert weights.is_dir()
    assert not is_metrics_enabled()


@pytest.mark.parametrize("kind", ["missing", "empty", "untokenized"])
def test_missing_model(weights: Path, phone_call: Samples, tmp_path: Path, kind: str) -> None:
    """A model that is not there is named as such, and nothing is fetched."""
    if kind == "untokenized":
        (tmp_path / "untokenized").mkdir()
        (tmp_path / "untokenized" / "model.bin").write_bytes((weights / "ctranslate2" / "model.bin").read_bytes())
    if kind == "empty":
        (tmp_path / "empty").mkdir()

    with pytest.raises(EngineUnavailableError) as caught:
        WhisperXTranscriber(options(weights, model=str(tmp_path / kind))).transcribe(phone_call, tuple)

    assert str(tmp_path) not in str(caught.value)


@pytest.mark.timeout(900)
def test_memory_is_steady_over_two_hundred_recordings(transcriber: WhisperXTranscriber, phone_call: Samples) -> None:
    """A process that has transcribed two hundred recordings is no larger than one that has warmed up."""
    short = phone_call[: 8 * SAMPLE_RATE]
    for _ in range(40):
        transcriber.transcribe(short, tuple, ("Zimba",))
    warm = resident_bytes()
    for _ in range(160):
        transcriber.transcribe(short, tuple, ("Zimba",))

    assert resident_bytes() - warm < 40_000_000


def test_names_are_listened_for_in_one_recording_and_not_the_next(
    transcriber: WhisperXTranscriber, phone_call: Samples
) -> None:
    """What one session's agency expects is not expected of the next session."""
    with_names = transcriber.transcribe(phone_call, tuple, ("Zimba", "Elm House"))
    without = transcriber.transcribe(phone_call, tuple)

    assert dict(with_names.engine.options)["hotwords"] == "2"
    assert dict(without.engine.options)["hotwords"] == "0"
    assert transcriber._recognizer._pipeline.options.hotwords is None  # noqa: SLF001 - where whisperX would look


def resident_bytes() -> int:
    """Return what this process holds in memory (proc(5))."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
