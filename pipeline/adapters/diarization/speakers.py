"""pyannote's speaker diarization with the parts that need no download."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyannote.audio.core.plda import PLDA
from pyannote.audio.pipelines.clustering import BaseClustering
from pyannote.audio.pipelines.speaker_diarization import SpeakerDiarization
from pyannote.core import SlidingWindowFeature

from pipeline.adapters.diarization.clustering import MOST_VOICES, Bounds, assign, group
from pipeline.adapters.diarization.options import DiarizerOptions
from pipeline.adapters.diarization.segmentation import WINDOW, load_segmentation
from pipeline.adapters.diarization.voices import WINDOW_FRAMES, VoiceWindows, embed_windows, load_encoder

_FRAMES_A_SECOND = 100


class _NoPlda(PLDA):
    """Stands where the pipeline asks for a PLDA model, which only its own clustering would use."""

    def __init__(self) -> None:
        """Load nothing."""


@dataclass(frozen=True, slots=True)
class _Dimension:
    """What the pipeline asks of an embedding when nobody speaks."""

    dimension: int = 256


class VoiceClustering(BaseClustering):
    """Clusters the embeddings of one recording and keeps none."""

    def __init__(self, options: DiarizerOptions) -> None:
        super().__init__()
        self._options = options

    def __call__(  # type: ignore[override]  # the parent declares an array, yet returns these three and its caller unpacks them
        self, embeddings: NDArray[np.float64], segmentations: SlidingWindowFeature, **bounds: float | None
    ) -> tuple[NDArray[np.int8], None, None]:
        """Return the voice of each (window, local speaker); no centroids, so that the pipeline returns none."""
        active = segmentations.data.sum(axis=1) > 0
        clean = _clean(segmentations.data).sum(axis=1) * WINDOW / segmentations.data.shape[1]
        heard = ~np.isnan(embeddings).any(axis=2)
        learned = heard & (clean >= self._options.least_clean_seconds)
        learned = learned if learned.any() else heard
        if not learned.any():
            return np.where(active, 0, -2).astype(np.int8), None, None
        voices = group(
            embeddings[learned],
            clean[learned],
            self._options.threshold,
            self._options.smallest_share,
            _bounds(**bounds),
        )
        return assign(np.nan_to_num(embeddings) @ voices.T, active), None, None


class EmbeddedDiarization(SpeakerDiarization):
    """pyannote's pipeline; embeddings are made once for the recording and not once for each window."""

    def __init__(self, options: DiarizerOptions) -> None:
        # "OracleClustering" is the one choice that makes the parent load no embedding model.
        super().__init__(
            segmentation=load_segmentation(),
            segmentation_step=options.step_seconds / WINDOW,
            segmentation_batch_size=options.batch,
            plda=_NoPlda(),
            clustering="OracleClustering",
        )
        self._options = options
        self._embedding = _Dimension()
        self._encoder = load_encoder()
        self._expects_num_speakers = False
        self.clustering = VoiceClustering(options)
        self.instantiate({"segmentation": {"threshold": options.speech_threshold, "min_duration_off": 0.0}})

    def get_embeddings(  # type: ignore[override]  # no hook and no other way to exclude overlap is offered
        self, file: dict[str, Any], binary_segmentations: SlidingWindowFeature, **_: object
    ) -> NDArray[np.float64]:
        """Return one embedding for each (window, local speaker), NaN where it cannot be told."""
        samples = file["waveform"][0].numpy()
        starts = _speech_windows(binary_segmentations, round(self._options.hop_seconds * _FRAMES_A_SECOND))
        windows = embed_windows(self._encoder, samples, starts)
        return pool(windows, binary_segmentations.data, binary_segmentations.sliding_window.step)


def _clean(active: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the frames in which a speaker speaks alone, shape (windows, frames, local speakers)."""
    clean: NDArray[np.float64] = np.where(active.sum(axis=2, keepdims=True) == 1, active, 0.0)
    return clean


def _speech_windows(segmentations: SlidingWindowFeature, hop: int) -> NDArray[np.intp]:
    """Return where embedding windows start, in mel frames: every ``hop`` where someone speaks."""
    active = segmentations.data.max(axis=2)
    step = segmentations.sliding_window.step
    seconds = np.arange(active.shape[1]) * WINDOW / active.shape[1]
    times = (np.arange(len(active)) * step)[:, None] + seconds
    frames = (times[active > 0] * _FRAMES_A_SECOND).astype(np.intp)
    starts = np.unique(np.maximum(frames - WINDOW_FRAMES // 2, 0) // hop) * hop
    return starts.astype(np.intp)


def pool(windows: VoiceWindows, active: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the mean embedding of each (window, local speaker), weighed by how purely it is that speaker's.

    ``active`` has the shape (windows, frames, local speakers). An embedding window counts with the square of the
    share in which the speaker speaks alone, less the share of others.
    """
    count, frames, speakers = active.shape
    per_second = frames / WINDOW
    alone = np.pad(np.cumsum(_clean(active), axis=1), ((0, 0), (1, 0), (0, 0)))
    spoken = np.pad(np.cumsum(active, axis=1), ((0, 0), (1, 0), (0, 0)))
    pooled = np.full((count, speakers, windows.embeddings.shape[1]), np.nan)
    length = WINDOW_FRAMES / _FRAMES_A_SECOND
    begins = windows.starts / _FRAMES_A_SECOND
    for index in range(count):
        first, last = np.searchsorted(begins, [index * step - length, index * step + WINDOW])
        at = np.clip(np.rint((begins[first:last] - index * step) * per_second), 0, frames).astype(int)
        to = np.clip(np.rint((begins[first:last] + length - index * step) * per_second), 0, frames).astype(int)
        own = alone[index, to] - alone[index, at]
        others = (spoken[index, to] - spoken[index, at]).sum(axis=1, keepdims=True) - (
            spoken[index, to] - spoken[index, at]
        )
        weights = np.square(np.maximum(own - others, 0.0) / (length * per_second))
        pooled[index] = _unit(weights.T @ windows.embeddings[first:last])
    return pooled


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1.0), np.nan)


def _bounds(min_clusters: float | None = None, max_clusters: float | None = None, **_: object) -> Bounds:
    """Return the bounds the pipeline hands on, in which "no upper bound" is infinity."""
    return Bounds(int(min_clusters or 1), int(min(max_clusters or MOST_VOICES, MOST_VOICES)))
