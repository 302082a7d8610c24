"""whisperX: faster-whisper in batches, and words aligned by wav2vec 2.0 (Bain et al. 2023)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.adapters.speech.whisper_guards import Heard, believable, within_prompt
from pipeline.adapters.speech.whisperx_options import WhisperXOptions
from pipeline.domain.transcript import Engine, Transcript
from pipeline.errors import EngineOutOfMemoryError, NoSpeechError, SpeechNotUnderstoodError
from pipeline.ports import Samples, Turns

if TYPE_CHECKING:
    from pipeline.adapters.speech.whisperx_alignment import Aligner
    from pipeline.adapters.speech.whisperx_recognition import Recognizer

__all__ = ["WhisperXOptions", "WhisperXTranscriber"]


@dataclass
class WhisperXTranscriber:
    """Speech to text with any Whisper model; models are loaded at the first call and kept."""

    options: WhisperXOptions = field(default_factory=WhisperXOptions)
    #: What memory allowed at last; starts as the option says.
    batch_size: int = 0

    def __post_init__(self) -> None:
        """Start with the batch that the options name."""
        self.batch_size = self.batch_size or self.options.batch_size

    def transcribe(
        self,
        samples: Samples,
        turns: Turns,
        names: Sequence[str] = (),
    ) -> Transcript:
        """Return what was said, in aligned segments.

        Raises ``NoSpeechError``, ``EngineOutOfMemoryError``, and ``SpeechNotUnderstoodError`` where the longest pieces
        are all in another language than was given. A model for English alone cannot tell.
        """
        # It cuts by its own voice activity detection; but a diarizer on the same device wants its memory first.
        turns()
        expected = within_prompt(names)
        pieces, language = self._heard(samples, expected)
        kept, touched = believable(pieces, expected)
        if not kept:
            raise NoSpeechError
        others = self._recognizer.other_languages(samples, kept)
        if others and all(others):
            raise SpeechNotUnderstoodError
        segments, aligned = self._aligner.align(kept, samples, language)
        flags = {"invented_text_removed": touched > 0, "other_language": any(others), "alignment_missing": not aligned}
        return Transcript(
            segments=tuple(segments),
            language=language,
            engine=self._engine(expected),
            flags=tuple(flag for flag, raised in flags.items() if raised),
        )

    def _heard(self, samples: Samples, names: tuple[str, ...]) -> tuple[list[Heard], str]:
        """Recognize, with half the batch as often as memory runs out."""
        while True:
            try:
                return self._recognizer.recognize(samples, self.batch_size, names)
            except (RuntimeError, MemoryError) as error:
                if not ran_out_of_memory(error):
                    raise
                if self.batch_size == 1:
                    raise EngineOutOfMemoryError(batch_size=1) from None
            self.batch_size //= 2
            self._recognizer.free_memory()

    def _engine(self, names: tuple[str, ...]) -> Engine:
        options = self.options
        return Engine(
            name="whisperx",
            version=version("whisperx"),
            model=PurePath(options.model).name,
            options=(
                ("compute_type", options.compute_type),
                ("beam_size", str(options.beam_size)),
                ("alignment_model", PurePath(options.alignment_model).name),
                ("hotwords", str(len(names))),
            ),
        )

    @cached_property
    def _recognizer(self) -> "Recognizer":
        from pipeline.adapters.speech.whisperx_recognition import Recognizer  # heavy: torch, whisperX

        return Recognizer(self.options)

    @cached_property
    def _aligner(self) -> "Aligner":
        from pipeline.adapters.speech.whisperx_alignment import Aligner  # heavy, as above

        return Aligner(self.options)


def ran_out_of_memory(error: BaseException) -> bool:
    """Say whether torch's or CTranslate2's error is of memory; neither has a class of its own for every case."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()
