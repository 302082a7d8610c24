"""The embedded recognizer: Moonshine tiny, English, from the moonshine-voice wheel; no download."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import FRAME_RATE, Piece, cut, loudness
from pipeline.domain.transcript import Engine, Segment, Transcript, Word
from pipeline.errors import EngineUnavailableError, NoSpeechError
from pipeline.ports import Samples, VoiceTurn

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_recognizer import Recognizer, Token

_PACKAGE = "moonshine-voice"


class MoonshineTranscriber:
    """English speech to text on a CPU; the model is loaded at the first call and kept."""

    def __init__(self, options: MoonshineOptions | None = None) -> None:
        self._options = options or MoonshineOptions()

    def transcribe(self, samples: Samples, turns: Sequence[VoiceTurn]) -> Transcript:
        """Return what was said, one segment for each piece that was recognized; raise ``NoSpeechError``."""
        pieces = cut(samples, turns, self._options)
        segments = tuple(
            Segment(f"p{number:04d}", piece.start, piece.end, " ".join(word.word for word in words), words=words)
            for number, (piece, words) in enumerate(self._heard(samples, pieces), 1)
        )
        if not segments:
            raise NoSpeechError
        return Transcript(segments, language="en", engine=self.engine)

    @property
    def engine(self) -> Engine:
        """Return what did the work, for provenance."""
        return Engine(
            name="moonshine",
            version=version(_PACKAGE),
            model="tiny-en",
            options=tuple((name, str(value)) for name, value in asdict(self._options).items()),
        )

    def _heard(self, samples: Samples, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, tuple[Word, ...]]]:
        from pipeline.adapters.speech.moonshine_words import spread, words_of  # heavy: ONNX Runtime

        levels = loudness(samples)
        for piece, tokens in self._decoded(samples, pieces):
            first, last = round(piece.start * FRAME_RATE), round(piece.end * FRAME_RATE)
            voiced = np.clip((levels[first:last] + 50.0) / 30.0, 0.0, 1.0)
            words = spread(words_of(tokens), voiced, piece.start)
            if words:
                yield piece, tuple(words)

    def _decoded(self, samples: Samples, pieces: Sequence[Piece]) -> list[tuple[Piece, list["Token"]]]:
        """Decode pieces of like length together, so that little of a batch is padding; return in order of time."""
        order = sorted(range(len(pieces)), key=lambda index: pieces[index].end - pieces[index].start)
        decoded: dict[int, list[Token]] = {}
        for at in range(0, len(order), self._options.batch):
            batch = order[at : at + self._options.batch]
            tokens = self._recognizer.decode(
                [pieces[index].samples(samples) for index in batch], self._options.tokens_per_second
            )
            decoded.update(zip(batch, tokens, strict=True))
        return [(piece, decoded[index]) for index, piece in enumerate(pieces)]

    @cached_property
    def _recognizer(self) -> "Recognizer":
        from pipeline.adapters.speech.moonshine_recognizer import Recognizer  # heavy: ONNX Runtime

        return Recognizer(_model_folder(), self._options.threads)


def _model_folder() -> Path:
    try:
        folder = Path(str(distribution(_PACKAGE).locate_file("moonshine_voice/assets/tiny-en")))
    except PackageNotFoundError:
        raise EngineUnavailableError(lacks=_PACKAGE) from None
    if not folder.is_dir():
        raise EngineUnavailableError(lacks=f"{_PACKAGE}:tiny-en")
    return folder
