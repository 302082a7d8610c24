"""The embedded recognizer: Moonshine tiny, English, from the moonshine-voice wheel; no download."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.adapters.diarization.weights import weights_in
from pipeline.adapters.speech.moonshine_hearing import Listener, Sound
from pipeline.adapters.speech.moonshine_options import MoonshineOptions
from pipeline.adapters.speech.moonshine_pieces import Piece, cut, loudness
from pipeline.adapters.speech.moonshine_telling import Teller
from pipeline.adapters.speech.moonshine_understanding import MADE_UP_BELOW, WRONG_BELOW, understood
from pipeline.domain.transcript import Engine, Segment, Transcript, Word
from pipeline.errors import EngineUnavailableError, NoSpeechError, SpeechNotUnderstoodError
from pipeline.ports import Samples, Turns

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_detector import SpeechDetector
    from pipeline.adapters.speech.moonshine_recognizer import Recognizer

_PACKAGE = "moonshine-voice"

#: The words may have been made up of another language.
OTHER_LANGUAGE = "other_language"
#: Speech was found where no believable word was heard.
NOT_UNDERSTOOD = "speech_not_understood"


class MoonshineTranscriber:
    """English speech to text on a CPU; the model is loaded at the first call and kept."""

    def __init__(self, options: MoonshineOptions | None = None) -> None:
        self._options = options or MoonshineOptions()

    def transcribe(
        self,
        samples: Samples,
        turns: Turns,
        names: Sequence[str] = (),  # noqa: ARG002 - this model cannot be told what to expect
    ) -> Transcript:
        """Return what was said, one segment for each piece that was recognized.

        Everything is heard before ``turns`` are asked for. A word's ``score`` is the least probability the network
        gave one of its tokens. Raises ``NoSpeechError``, and ``SpeechNotUnderstoodError`` for another language.
        """
        sound = Sound(samples, loudness(samples))
        pieces = self._pieces(sound)
        found, share = self._words(sound, pieces, turns)
        heard = {piece: words for piece, words in found.items() if words}
        if not heard:
            raise NoSpeechError
        segments = [_segment(number, piece, heard[piece]) for number, piece in enumerate(sorted(heard, key=_start), 1)]
        flags = {OTHER_LANGUAGE: share < WRONG_BELOW, NOT_UNDERSTOOD: len(heard) < len(pieces)}
        raised = tuple(flag for flag, holds in flags.items() if holds)
        return Transcript(tuple(segments), language="en", engine=self.engine, flags=raised)

    @property
    def engine(self) -> Engine:
        """Return what did the work, for provenance."""
        return Engine(
            name="moonshine",
            version=version(_PACKAGE),
            model="tiny-en",
            options=tuple((name, str(value)) for name, value in asdict(self._options).items()),
        )

    def _pieces(self, sound: Sound) -> list[Piece]:
        """Return the pieces in which somebody speaks."""
        speech = self._detector.listen(sound.samples)
        return [piece for piece in cut(sound.levels, speech.turns, self._options) if speech.within(piece)]

    def _words(
        self, sound: Sound, pieces: Sequence[Piece], turns: Turns
    ) -> tuple[dict[Piece, tuple[Word, ...]], float]:
        """Return the words of each piece, several pieces worked on at a time, and the share that was understood."""
        recognizer = self._recognizer  # loaded here, so that no two threads load it at once
        with ThreadPoolExecutor(self._options.threads) as threads:
            listener = Listener(recognizer, self._options)
            once = listener.once(sound, pieces, threads)
            share = understood(listener, sound, once, threads)
            if share < MADE_UP_BELOW:
                raise SpeechNotUnderstoodError
            takes = listener.with_care(sound, once, threads)
            teller = Teller(recognizer, self._options, sound, turns())
            return dict(zip(takes, threads.map(teller.words, takes.values()), strict=True)), share

    @cached_property
    def _recognizer(self) -> "Recognizer":
        from pipeline.adapters.speech.moonshine_recognizer import Recognizer  # heavy: ONNX Runtime

        return Recognizer(_model_folder())

    @cached_property
    def _detector(self) -> "SpeechDetector":
        from pipeline.adapters.speech.moonshine_detector import SpeechDetector  # heavy, as above

        return SpeechDetector(weights_in("faster-whisper", "faster_whisper", "assets", "silero_vad_v6.onnx"))


def _start(piece: Piece) -> float:
    return piece.start


def _segment(number: int, piece: Piece, words: tuple[Word, ...]) -> Segment:
    text = " ".join(word.word for word in words)
    return Segment(f"p{number:04d}", round(piece.start, 3), round(piece.end, 3), text, words=words)


def _model_folder() -> Path:
    try:
        folder = Path(str(distribution(_PACKAGE).locate_file("moonshine_voice/assets/tiny-en")))
    except PackageNotFoundError:
        raise EngineUnavailableError(lacks=_PACKAGE) from None
    if not folder.is_dir():
        raise EngineUnavailableError(lacks=f"{_PACKAGE}:tiny-en")
    return folder
