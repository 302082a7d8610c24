"""Word times from wav2vec 2.0 through whisperX; where there is no model for a language, segments keep their own."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torchaudio  # type: ignore[import-untyped]  # ships no types

from pipeline.adapters.speech.whisper_guards import Heard
from pipeline.adapters.speech.whisperx_options import WhisperXOptions
from pipeline.adapters.speech.whisperx_quiet import import_whisperx, quiet
from pipeline.adapters.speech.whisperx_recognition import device_of
from pipeline.domain.transcript import Segment, Word
from pipeline.ports import Samples

#: What aligning one piece can run into: no path through its letters, or memory.
_ALIGNMENT_ERRORS = (RuntimeError, ValueError, IndexError, KeyError)


@dataclass(frozen=True, slots=True)
class _Model:
    network: Any
    metadata: Any


class Aligner:
    """One alignment model a language, loaded when the language first comes up and kept."""

    def __init__(self, options: WhisperXOptions) -> None:
        self._options = options
        self._whisperx: Any = import_whisperx()
        self._models: dict[str, _Model | None] = {}

    def align(self, pieces: Sequence[Heard], samples: Samples, language: str) -> tuple[list[Segment], bool]:
        """Return segments with timed words, and whether all were aligned; a piece that was not has no words."""
        model = self._model(language)
        segments, complete = [], True
        for piece in pieces:
            found = [] if model is None else list(self._aligned(piece, model, samples))
            complete = complete and bool(found)
            segments += found or [Segment("", piece.start, piece.end, piece.text)]
        return segments, complete

    def _aligned(self, piece: Heard, model: _Model, samples: Samples) -> Iterator[Segment]:
        spoken = {"start": piece.start, "end": piece.end, "text": piece.text}
        try:
            with quiet():
                found = self._whisperx.align([spoken], model.network, model.metadata, samples, device_of(self._options))
        except _ALIGNMENT_ERRORS:
            return
        for segment in found["segments"]:
            words = tuple(_word(word) for word in segment["words"])
            if words:
                yield Segment("", float(segment["start"]), float(segment["end"]), segment["text"].strip(), words=words)

    def _model(self, language: str) -> _Model | None:
        if language not in self._models:
            self._models[language] = self._load(language)
        return self._models[language]

    def _load(self, language: str) -> _Model | None:
        name = self._options.alignment_model or _default_model(language)
        if name is None or not (self._options.download or _is_here(name)):
            return None
        try:
            # whisperX prints what went wrong; standard output is the command line's.
            with quiet(), contextlib.redirect_stdout(io.StringIO()):
                network, metadata = self._whisperx.load_align_model(
                    language, device_of(self._options), name, model_cache_only=not self._options.download
                )
        except (OSError, ValueError):
            return None
        return _Model(network.eval(), metadata)


def _default_model(language: str) -> str | None:
    from whisperx.alignment import DEFAULT_ALIGN_MODELS_HF, DEFAULT_ALIGN_MODELS_TORCH  # imported quietly before

    known: str | None = DEFAULT_ALIGN_MODELS_TORCH.get(language) or DEFAULT_ALIGN_MODELS_HF.get(language)
    return known


def _is_here(name: str) -> bool:
    """Say whether torchaudio's weights of this name were fetched before; for others the library itself looks."""
    if name not in torchaudio.pipelines.__all__:
        return True
    weights = getattr(torchaudio.pipelines, name)._path  # noqa: SLF001  # torchaudio tells the file name nowhere else
    return Path(torch.hub.get_dir(), "checkpoints", weights).is_file()


def _word(found: dict[str, Any]) -> Word:
    start, end, score = found.get("start"), found.get("end"), found.get("score")
    return Word(
        word=found["word"],
        start=None if start is None else float(start),
        end=None if end is None else float(end),
        score=None if score is None else min(1.0, max(0.0, float(score))),
    )
