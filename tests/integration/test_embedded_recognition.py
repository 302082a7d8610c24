"""The embedded recognizer: English over a phone call and the sample session, and nothing where nothing is said."""

import resource
import wave
from importlib.metadata import distribution
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.adapters.decoding.sandboxed import SandboxedDecoder
from pipeline.adapters.speech.moonshine import MoonshineTranscriber
from pipeline.domain.transcript import Transcript
from pipeline.errors import NoSpeechError, SpeechNotUnderstoodError
from pipeline.ports import SAMPLE_RATE, Samples, Turns, VoiceTurn

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
def wordless() -> dict[str, Samples]:
    """Return sounds without speech."""
    from bench.speech.speechless import speechless  # brings scipy.signal

    return speechless(20.0)


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


def test_speech_that_is_no_english(transcriber: MoonshineTranscriber, phone_call: Samples) -> None:
    """Speech in no language it knows (a call played backwards) ends in a reason, and not in English words."""
    with pytest.raises(SpeechNotUnderstoodError):
        transcriber.transcribe(phone_call[::-1].copy(), _throughout(phone_call))


def test_a_passage_that_is_no_english(transcriber: MoonshineTranscriber, phone_call: Samples) -> None:
    """Between English sentences, speech in no language it knows is marked, and what is clear is not."""
    with (_SESSION / "session.opus").open("rb") as file:
        clear = SandboxedDecoder(DecodingLimits()).decode(file).samples[: 16 * SAMPLE_RATE]
    sound = np.concatenate([clear, 2.0 * phone_call[: 20 * SAMPLE_RATE][::-1], clear])

    words = [word for segment in transcriber.transcribe(sound, _throughout(sound)).segments for word in segment.words]

    begin, end = len(clear) / SAMPLE_RATE, (len(sound) - len(clear)) / SAMPLE_RATE
    inside = [word for word in words if word.start is not None and begin + 1.0 < word.start < end - 1.0]
    outside = [word for word in words if word.start is not None and not begin - 3.0 < word.start < end + 3.0]
    assert len(inside) > 10
    assert sum(bool(word.doubt) for word in inside) > 0.8 * len(inside)
    assert len(outside) > 50
    assert not any(word.doubt for word in outside)


def test_nothing_where_the_diarizer_hears_nobody(transcriber: MoonshineTranscriber, phone_call: Samples) -> None:
    """What one detector alone takes for speech is not written down."""
    with pytest.raises(NoSpeechError):
        transcriber.transcribe(phone_call, tuple)


@pytest.mark.parametrize("name", _WORDLESS)
def test_no_words_where_nobody_speaks(
    transcriber: MoonshineTranscriber, wordless: dict[str, Samples], name: str
) -> None:
    """Sounds without speech yield no word, also where a diarizer takes them for a voice."""
    sound = wordless[name]

    with pytest.raises(NoSpeechError):
        transcriber.transcribe(sound, _throughout(sound))


def test_music_after_speech(
    transcriber: MoonshineTranscriber, phone_call: Samples, wordless: dict[str, Samples]
) -> None:
    """What is played after the last word adds none."""
    sound = np.concatenate([phone_call, wordless["melody, bowed"]])
    words = list(chain.from_iterable(s.words for s in transcriber.transcribe(sound, _throughout(sound)).segments))

    assert words[-1].word == "now."
    assert all(word.start is not None and word.start < len(phone_call) / SAMPLE_RATE + 2.0 for word in words)


@pytest.mark.parametrize("first", [190.0, 195.0, 200.0])
def test_a_denial_stays_a_denial_or_is_doubted(transcriber: MoonshineTranscriber, first: float) -> None:
    """A denial of self-harm, "No, I haven't.", is not turned about by the question before it without a mark."""
    with (_SESSION / "session.opus").open("rb") as recording:
        samples = SandboxedDecoder(DecodingLimits()).decode(recording).samples
    rows = (line.split() for line in (_SESSION / "session.rttm").read_text().splitlines())
    turns = [VoiceTurn(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows]
    start = next(turn.start for turn in turns if turn.start > first) - 1.0
    inside = [VoiceTurn(t.start - start, t.end - start, t.speaker) for t in turns if start <= t.start and t.end < 220.0]

    heard = transcriber.transcribe(samples[int(start * SAMPLE_RATE) : 220 * SAMPLE_RATE], lambda: inside)

    answer = " ".join(
        f"{word.word}?" if word.doubt else word.word for segment in heard.segments for word in segment.words
    ).partition("since we last met?")[2]
    assert answer.startswith((" No, I haven't.", " No, I haven't.?")) or "?" in answer[: len(" No, I have vent. Do")]


def test_memory_does_not_grow(transcriber: MoonshineTranscriber, phone_call: Samples) -> None:
    """Hearing the same recording again and again takes no more memory than twice does."""
    transcriber.transcribe(phone_call, _throughout(phone_call))
    before = _resident()
    for _ in range(4):
        transcriber.transcribe(phone_call, _throughout(phone_call))

    assert _resident() - before < 60e6


def _throughout(samples: Samples) -> Turns:
    turn = VoiceTurn(0.0, len(samples) / SAMPLE_RATE, "SPEAKER_00")
    return lambda: (turn,)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return float(pages * resource.getpagesize())
