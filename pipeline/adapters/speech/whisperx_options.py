"""The settings of whisperX, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WhisperXOptions:
    """Settings that change the result, the speed or the memory."""

    #: A folder with a CTranslate2 Whisper model and its tokenizer.json, or a name that faster-whisper knows.
    model: str = "small"
    #: ``cpu``, ``cuda``, or ``auto``: ``cuda`` where there is one.
    device: str = "auto"
    #: ``default``: float16 on a GPU, float32 elsewhere; ``int8`` halves the memory once more.
    compute_type: str = "default"
    #: Pieces decoded at once; halved when memory runs out.
    batch_size: int = 8
    #: ISO 639-1, or empty: heard from the first 30 seconds.
    language: str = "en"
    #: A wav2vec 2.0 model, as folder or name; empty: whisperX's own choice for the language.
    alignment_model: str = ""
    #: Whether models that are not there yet may be fetched; a worker at night should not.
    download: bool = False
    threads: int = 2
    beam_size: int = 5
