"""Importing whisperX without its leaks: its log quotes the transcript, pyannote reports usage, nltk downloads."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from pipeline.errors import EngineUnavailableError

#: Loggers that quote what was said, or that print advice about files of other packages.
_TALKATIVE = ("whisperx", "faster_whisper", "lightning.pytorch", "pytorch_lightning")


def import_whisperx() -> ModuleType:
    """Return whisperX, with its log silenced before the import and telemetry off after it.

    Raises ``EngineUnavailableError`` where it is not installed or telemetry stays on.
    """
    _silence()
    with quiet():
        try:
            import whisperx  # heavy: takes seconds
            import whisperx.alignment
            import whisperx.asr
        except ImportError:
            raise EngineUnavailableError(lacks="whisperx") from None
        from nltk.tokenize.punkt import PunktSentenceTokenizer  # type: ignore[import-untyped]  # ships no types
    # whisperX would fetch nltk's trained sentence splitter in the middle of a session. It needs one only to cut
    # its own segments, which are put together anew anyway.
    whisperx.alignment.nltk_load = lambda _: PunktSentenceTokenizer()
    forbid_telemetry()
    return whisperx  # type: ignore[no-any-return]  # whisperX ships no types


def forbid_telemetry() -> None:
    """Forbid pyannote to report anything; raise ``EngineUnavailableError`` where it still would."""
    with quiet():
        from pyannote.audio.telemetry import set_telemetry_metrics
        from pyannote.audio.telemetry.metrics import is_metrics_enabled
    # Lightning, which pyannote imports, gives its logger a handler of its own.
    _silence()
    set_telemetry_metrics(enabled=False)
    if is_metrics_enabled():
        raise EngineUnavailableError(lacks="telemetry_off")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep third-party warnings (deprecations, missing CUDA libraries) out of the log: they are no news to anybody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _silence() -> None:
    """Silence each logger threefold: no handler of its own, no way up, and no level that anything reaches."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        for handler in [handler for handler in logger.handlers if type(handler) is logging.StreamHandler]:
            logger.removeHandler(handler)
        # whisperX gives its logger a handler to standard output unless there is one.
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
