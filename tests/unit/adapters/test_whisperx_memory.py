"""What the whisperX adapter does when memory runs out, or the language is another, over a recognizer that says so."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from pipeline.adapters.speech.whisper_guards import Heard
from pipeline.adapters.speech.whisperx import WhisperXOptions, WhisperXTranscriber
from pipeline.domain.transcript import Segment
from pipeline.errors import EngineOutOfMemoryError, SpeechNotUnderstoodError
from pipeline.ports import Samples

SOUND = np.zeros(16_000, np.float32)


@dataclass
class SmallMemory:
    """Recognizes in batches up to what fits, and fails as CTranslate2 does above."""

    fits: int
    message: str = "CUDA failed with error out of memory"
    tried: list[int] = field(default_factory=list)
    freed: int = 0
    others: list[bool] = field(default_factory=list)

    def recognize(self, samples: Samples, batch_size: int, names: tuple[str, ...]) -> tuple[list[Heard], str]:
        """Return a word, or run out."""
        self.tried.append(batch_size)
        if batch_size > self.fits:
            raise RuntimeError(self.message)
        return [Heard(0.0, 1.0, "Hello.", -0.1, 0.0)], "en"

    def other_languages(self, samples: Samples, pieces: list[Heard]) -> list[bool]:
        """Return what it was told."""
        return self.others

    def free_memory(self) -> None:
        """Count."""
        self.freed += 1


class NoAligner:
    """Leaves pieces as they are."""

    def align(self, pieces: list[Heard], samples: Samples, language: str) -> tuple[list[Segment], bool]:
        """Return a segment a piece."""
        return [Segment("", piece.start, piece.end, piece.text) for piece in pieces], True


def transcriber(memory: SmallMemory, batch_size: int = 8) -> WhisperXTranscriber:
    """Return a transcriber over the recognizer."""
    made = WhisperXTranscriber(WhisperXOptions(batch_size=batch_size))
    made.__dict__.update(_recognizer=memory, _aligner=NoAligner())
    return made


def test_batch_is_halved_and_work_goes_on() -> None:
    """Out of memory halves the batch until it fits, and the recording is transcribed."""
    memory = SmallMemory(fits=2)
    transcript = transcriber(memory).transcribe(SOUND, tuple)

    assert [segment.text for segment in transcript.segments] == ["Hello."]
    assert (memory.tried, memory.freed) == ([8, 4, 2], 2)


def test_smaller_batch_is_kept() -> None:
    """The next recording starts with what fitted."""
    memory = SmallMemory(fits=2)
    engine = transcriber(memory)
    engine.transcribe(SOUND, tuple)
    memory.tried.clear()
    engine.transcribe(SOUND, tuple)

    assert memory.tried == [2]


def test_diarizer_has_the_device_to_itself() -> None:
    """Voices are told apart before recognition takes memory on the same device."""
    memory = SmallMemory(fits=2)
    tried_by_then: list[int] = []
    transcriber(memory).transcribe(SOUND, lambda: tuple(tried_by_then.extend(memory.tried) or ()))

    assert tried_by_then == []
    assert memory.tried


def test_nothing_fits() -> None:
    """A model that does not fit with a single piece is a named, transient failure."""
    with pytest.raises(EngineOutOfMemoryError):
        transcriber(SmallMemory(fits=0)).transcribe(SOUND, tuple)


def test_other_errors_are_not_hidden() -> None:
    """An error that is not of memory is raised as it is."""
    with pytest.raises(RuntimeError, match="cuDNN"):
        transcriber(SmallMemory(fits=0, message="cuDNN version mismatch")).transcribe(SOUND, tuple)


def test_another_language_throughout_is_no_transcript() -> None:
    """A recording whose longest pieces are all in another language ends in a reason, and not in English words."""
    with pytest.raises(SpeechNotUnderstoodError):
        transcriber(SmallMemory(fits=8, others=[True, True, True])).transcribe(SOUND, tuple)


def test_some_of_another_language_is_flagged() -> None:
    """Where only some of it is in another language the text stands, and a flag says so."""
    transcript = transcriber(SmallMemory(fits=8, others=[True, False, False])).transcribe(SOUND, tuple)

    assert transcript.flags == ("other_language",)
