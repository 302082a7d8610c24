"""Recognition with whisperX: its batched pipeline over faster-whisper, with the doubt that it throws away kept."""

import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from pipeline.adapters.speech.whisper_guards import Heard
from pipeline.adapters.speech.whisperx_options import WhisperXOptions
from pipeline.adapters.speech.whisperx_quiet import import_whisperx, quiet
from pipeline.errors import EngineUnavailableError
from pipeline.ports import SAMPLE_RATE, Samples

# Each costs one pass of the encoder over half a minute, as the piece itself did.
_LISTENED_FOR_LANGUAGE = 3


class Recognizer:
    """A Whisper model and the voice activity detector that the whisperX wheel carries."""

    def __init__(self, options: WhisperXOptions) -> None:
        whisperx = import_whisperx()
        _check_folder(options.model)
        with quiet():
            self._pipeline = _load(whisperx, options)
        self._decoder = self._pipeline.model.model = _Listening(self._pipeline.model.model)
        self._language = options.language or None

    def recognize(self, samples: Samples, batch_size: int, names: tuple[str, ...] = ()) -> tuple[list[Heard], str]:
        """Return the pieces that voice activity detection cut, and the language; ``names`` are listened for."""
        self._decoder.no_speech.clear()
        # Set for each recording: one session's names must not be listened for in the next.
        self._pipeline.options = replace(self._pipeline.options, hotwords=" ".join(names) or None)
        with quiet():
            found = self._pipeline.transcribe(samples, batch_size=batch_size, language=self._language)
        doubts = [*self._decoder.no_speech, *[None] * len(found["segments"])]
        pieces = [
            Heard(float(piece["start"]), float(piece["end"]), piece["text"], float(piece["avg_logprob"]), doubt)
            for piece, doubt in zip(found["segments"], doubts, strict=False)
        ]
        return pieces, found["language"]

    def other_languages(self, samples: Samples, pieces: Sequence[Heard]) -> list[bool]:
        """Say of the longest pieces whether each is in another language than was given; of none where nobody can."""
        if self._language is None or not self._decoder.is_multilingual:
            return []
        longest = sorted(pieces, key=lambda piece: piece.start - piece.end)[:_LISTENED_FOR_LANGUAGE]
        with quiet():
            heard = [self._pipeline.detect_language(_stretch(samples, piece)) for piece in longest]
        return [language != self._language for language in heard]

    def free_memory(self) -> None:
        """Give back what a failed batch left behind."""
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _stretch(samples: Samples, piece: Heard) -> Samples:
    return samples[round(piece.start * SAMPLE_RATE) : round(piece.end * SAMPLE_RATE)]


def device_of(options: WhisperXOptions) -> str:
    """Return ``cuda`` or ``cpu``."""
    if options.device != "auto":
        return options.device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _load(whisperx: Any, options: WhisperXOptions) -> Any:  # noqa: ANN401  # whisperX ships no types
    device, _, index = device_of(options).partition(":")
    try:
        return whisperx.load_model(
            options.model,
            device,
            device_index=int(index or 0),
            compute_type=options.compute_type,
            language=options.language or None,
            asr_options={"beam_size": options.beam_size},
            local_files_only=not options.download,
            threads=options.threads,
        )
    except (OSError, ValueError, RuntimeError) as error:
        # The library's own words may name folders of this machine; its kind says enough.
        raise EngineUnavailableError(engine="whisperx", lacks="model", kind=type(error).__name__) from None


def _check_folder(model: str) -> None:
    """Refuse a folder without a tokenizer, for which faster-whisper would go and fetch one."""
    if Path(model).is_dir() and not Path(model, "tokenizer.json").is_file():
        raise EngineUnavailableError(engine="whisperx", lacks="tokenizer.json")


class _Listening:
    """CTranslate2's model, asked also for the probability that there was no speech, which whisperX does not ask."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401  # CTranslate2 ships no types
        self._model = model
        #: One for each piece since it was last cleared, in order.
        self.no_speech: list[float | None] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # as above
        return getattr(self._model, name)

    def generate(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  # as above
        """Pass on, and remember."""
        results = self._model.generate(*args, **options, return_no_speech_prob=True)
        self.no_speech.extend(result.no_speech_prob for result in results)
        return results
