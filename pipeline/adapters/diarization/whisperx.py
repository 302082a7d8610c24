"""A pyannote pipeline of one's own beside whisperX: community-1, 3.1 or another, from a folder or the hub.

Used without whisperX's wrapper, which gives overlapping turns only; words want exclusive ones.
"""

from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any

from pipeline.adapters.speech.whisperx_quiet import forbid_telemetry, quiet
from pipeline.domain.transcript import Engine
from pipeline.errors import EngineOutOfMemoryError, EngineUnavailableError
from pipeline.ports import SAMPLE_RATE, Diarization, Samples, VoiceCount, VoiceTurn


@dataclass
class WhisperXDiarizer:
    """Tells voices apart; the pipeline is loaded at the first call and kept, embeddings are not."""

    #: A folder with config.yaml, or the name of a pipeline on the Hugging Face hub.
    model: str = "pyannote/speaker-diarization-community-1"
    device: str = "auto"
    token: str | None = field(default=None, repr=False)

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return who spoke when, in half the batches as often as memory runs out.

        Raises ``EngineOutOfMemoryError`` where single windows do not fit either.
        """
        import torch  # heavy: loaded where it is needed

        sound = {"waveform": torch.from_numpy(samples)[None], "sample_rate": SAMPLE_RATE, "uri": "recording"}
        while True:
            try:
                with quiet(), torch.inference_mode():
                    found = self._pipeline(
                        sound, num_speakers=voices.exactly, min_speakers=voices.at_least, max_speakers=voices.at_most
                    )
            # Pyannote's segmentation turns torch's error into Python's, its embedding lets it pass.
            except (torch.OutOfMemoryError, MemoryError):
                if not _halve(self._pipeline):
                    raise EngineOutOfMemoryError from None
            else:
                break
            torch.cuda.empty_cache()
        return Diarization(
            turns=_turns(found.exclusive_speaker_diarization),
            overlapping=_turns(found.speaker_diarization),
            engine=self._engine,
        )

    @property
    def _engine(self) -> Engine:
        return Engine("pyannote", version("pyannote.audio"), PurePath(self.model).name)

    @cached_property
    def _pipeline(self) -> Any:  # noqa: ANN401  # a pipeline's class is named in its own configuration
        import torch  # heavy, as above

        forbid_telemetry()
        with quiet():
            pipeline = _load(self.model, self.token)
        device = ("cuda" if torch.cuda.is_available() else "cpu") if self.device == "auto" else self.device
        return pipeline.to(torch.device(device))


def _load(model: str, token: str | None) -> Any:  # noqa: ANN401  # as above
    from pyannote.audio import Pipeline  # heavy, as above

    if Path(model).is_dir() and not Path(model, "config.yaml").is_file():
        raise EngineUnavailableError(engine="pyannote", lacks="config.yaml")
    try:
        pipeline = Pipeline.from_pretrained(model, token=token)
    except (OSError, ValueError, RuntimeError) as error:
        # The library's own words may name folders of this machine or a token; its kind says enough.
        raise EngineUnavailableError(engine="pyannote", lacks="model", kind=type(error).__name__) from None
    if pipeline is None:
        raise EngineUnavailableError(engine="pyannote", lacks="access")
    return pipeline


def _halve(pipeline: Any) -> bool:  # noqa: ANN401  # as above
    """Halve how many windows are worked on at a time, for good; say whether they were more than one."""
    sizes = {name: getattr(pipeline, name, 1) for name in ("segmentation_batch_size", "embedding_batch_size")}
    for name, size in sizes.items():
        if size > 1:
            setattr(pipeline, name, size // 2)
    return any(size > 1 for size in sizes.values())


def _turns(annotation: Any) -> tuple[VoiceTurn, ...]:  # noqa: ANN401  # pyannote ships no types
    turns = (VoiceTurn(turn.start, turn.end, name) for turn, _, name in annotation.itertracks(yield_label=True))
    return tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))
