"""The embedded recognizer: English over a phone call and the sample session, and nothing where nothing is said."""

import resource
import wave
from importlib.metadata import distribution
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.speech.speechless import speechless
from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.adapters.decoding.sandboxed import SandboxedDecoder
from pipeline.adapters.speech.moonshine import MoonshineTranscriber
from pipeline.domain.transcript import Transcript
from pipeline.errors import NoSpeechError
from pipeline.ports import SAMPLE_RATE, Samples, VoiceTurn

pytestmark = [pytest.mark.models, pytest.mark.slow]

_SESSION = Path(__file__).parents[2] / "samples" / "session"
_WORDLESS = ("silence", "pink noise", "engine", "dialling", "melody, bowed", "melody, low", "hold music", "sung vowels")


@pytest.fixture(scope="module")
def phone_call() -> Samples:
    """Return 30 s of two voices."""
    with wave.open(str(distribution("pyannote.audio").locate_file("pyannote/audio/sample/sample.wav"))) as file:
        body = file.readframes(file.getnframes())
    return (np.frombuffer(body, "<i2") / 32768).astype(np.float32)


@pytest.fixture(scope="module")
def transcriber() -> MoonshineTranscriber:
    """Return the recognizer with its settings as they are."""
    return MoonshineTranscriber()


@pytest.fixture(scope="module")
def heard(transcriber: MoonshineTranscriber, phone_call: Samples) -> Transcript:
    """Return what is heard in the call, its turns unknown."""
    return transcriber.transcribe(phone_call, _throughout(phone_call))


def test_words_of_a_phone_call(heard: Transcript) -> None:
    """Clear words of the call are there, with capitals and marks."""
    text = " ".join(segment.text for segment in heard.segments)

    assert "Diane" in text
    assert "." in text


def test_words_have_times_in_order(heard: Transcript, phone_call: Samples) -> None:
    """Every word has a beginning and an end within the recording, in order, and a score."""
    words = list(chain.from_iterable(segment.words for segment in heard.segments))
    moments = [moment for word in words for moment in (word.start, word.end)]

    assert all(before <= after for before, after in pairwise(m for m in moments if m is not None))
    assert None not in moments
    assert max(m for m in moments if m is not None) <= len(phone_call) / SAMPLE_RATE
    assert all(word.score is not None and 0.0 < word.score <= 1.0 for word in words)


def test_the_same_again(transcriber: MoonshineTranscriber, phone_call: Samples, heard: Transcript) -> None:
    """The same recording twice gives the same transcript."""
    assert transcriber.transcribe(phone_call, _throughout(phone_call)) == heard


@pytest.mark.parametrize("name", _WORDLESS)
def test_no_words_where_nobody_speaks(transcriber: MoonshineTranscriber, name: str) -> None:
    """Sounds without speech yield no word, also where a diarizer takes them for a voice."""
    sound = speechless(20.0)[name]

    with pytest.raises(NoSpeechError):
        transcriber.transcribe(sound, _throughout(sound))


def test_music_after_speech(transcriber: MoonshineTranscriber, phone_call: Samples) -> None:
    """What is played after the last word adds none."""
    sound = np.concatenate([phone_call, speechless(20.0)["melody, bowed"]])
    words = list(chain.from_iterable(s.words for s in transcriber.transcribe(sound, _throughout(sound)).segments))

    assert words[-1].word == "now."
    assert all(word.start is not None and word.start < len(phone_call) / SAMPLE_RATE + 2.0 for word in words)


@pytest.mark.parametrize(
    "first",
    [
        # Another cut of the same answer is heard as "No, I have vent.": docs/benchmarks.md, Speech.
        pytest.param(190.0, marks=pytest.mark.xfail(strict=False, reason="the recognizer mishears this cut")),
        200.0,
    ],
)
def test_a_denial_stays_a_denial(transcriber: MoonshineTranscriber, first: float) -> None:
    """A short answer is not turned about by the question before it: "No, I haven't." to being asked about self-harm."""
    with (_SESSION / "session.opus").open("rb") as recording:
        samples = SandboxedDecoder(DecodingLimits()).decode(recording).samples
    rows = (line.split() for line in (_SESSION / "session.rttm").read_text().splitlines())
    turns = [VoiceTurn(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows]
    start = next(turn.start for turn in turns if turn.start > first) - 1.0
    inside = [VoiceTurn(t.start - start, t.end - start, t.speaker) for t in turns if start <= t.start and t.end < 220.0]

    text = " ".join(
        s.text for s in transcriber.transcribe(samples[int(start * SAMPLE_RATE) : 220 * SAMPLE_RATE], inside).segments
    )

    assert "No, I haven't." in text


def test_memory_does_not_grow(transcriber: MoonshineTranscriber, phone_call: Samples) -> None:
    """Hearing the same recording again and again takes no more memory than twice does."""
    transcriber.transcribe(phone_call, _throughout(phone_call))
    before = _resident()
    for _ in range(4):
        transcriber.transcribe(phone_call, _throughout(phone_call))

    assert _resident() - before < 60e6


def _throughout(samples: Samples) -> tuple[VoiceTurn, ...]:
    return (VoiceTurn(0.0, len(samples) / SAMPLE_RATE, "SPEAKER_00"),)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return float(pages * resource.getpagesize())
