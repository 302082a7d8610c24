"""pyannote's speaker diarization with the parts that need no download."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyannote.audio.core.plda import PLDA
from pyannote.audio.pipelines.clustering import BaseClustering
from pyannote.audio.pipelines.speaker_diarization import SpeakerDiarization
from pyannote.core import SlidingWindow, SlidingWindowFeature

from pipeline.adapters.diarization.clustering import MOST_VOICES, NOBODY, Count, Evidence, assign, find_voices
from pipeline.adapters.diarization.options import DiarizerOptions
from pipeline.adapters.diarization.segmentation import WINDOW, load_segmentation, window_batches
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
    """Clusters the embeddings of one recording and keeps none of them."""

    def __init__(self, options: DiarizerOptions) -> None:
        super().__init__()
        self._options = options

    def __call__(  # type: ignore[override]  # its parent declares one array, yet returns these three to its caller
        self,
        embeddings: NDArray[np.float64],
        segmentations: SlidingWindowFeature,
        file: dict[str, Any],
        num_clusters: int | None = None,
        min_clusters: int | None = None,
        max_clusters: float | None = None,
        **_: object,
    ) -> tuple[NDArray[np.int8], None, None]:
        """Return the voice of each (window, local speaker); no centroids, so that the pipeline returns none.

        Reads ``file["expected"]``, the number of voices, and leaves in ``file["confidence"]`` the probability that
        the number found is right.
        """
        evidence = self._evidence(embeddings, segmentations.data)
        if not evidence.telling.any():
            return np.where(evidence.active, 0, NOBODY).astype(np.int8), None, None
        least = num_clusters or min_clusters or 1
        most = int(min(num_clusters or max_clusters or MOST_VOICES, max(MOST_VOICES, least)))
        voices = find_voices(evidence, self._count(least, most, file["expected"]))
        file["confidence"] = voices.confidence
        return assign(evidence.embeddings @ voices.centres.T, evidence.active), None, None

    def _evidence(self, embeddings: NDArray[np.float64], active: NDArray[np.float64]) -> Evidence:
        clean = clean_frames(active).sum(axis=1) * WINDOW / active.shape[1]
        heard = np.asarray(~np.isnan(embeddings).any(axis=2), dtype=np.bool_)
        telling = np.logical_and(heard, clean >= self._options.least_clean_seconds)
        return Evidence(
            embeddings=np.nan_to_num(embeddings),
            weights=clean,
            active=active.sum(axis=1) > 0,
            telling=telling if telling.any() else heard,
        )

    def _count(self, least: int, most: int, expected: int) -> Count:
        return Count(
            at_least=least,
            at_most=most,
            expected=expected,
            apart=self._options.apart,
            further_apart=self._options.further_apart,
            smallest_share=self._options.smallest_share,
        )


class EmbeddedDiarization(SpeakerDiarization):
    """pyannote's pipeline; embeddings are made once for the recording and not once for each window.

    Windows are worked on side by side by threads: threads inside one network would mostly wait for each other.
    """

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

    def get_segmentations(self, file: dict[str, Any], hook: object = None) -> SlidingWindowFeature:
        """Return who speaks in each five-second window, (windows, frames, local speakers), windows side by side."""
        _ = hook
        windows = window_batches(file["waveform"], self._options.step_seconds, self._options.batch)
        with ThreadPoolExecutor(self._options.threads) as threads:
            scores = list(threads.map(self._segmentation.infer, windows))
        sliding = SlidingWindow(start=0.0, duration=WINDOW, step=self._options.step_seconds)
        return SlidingWindowFeature(np.concatenate(scores), sliding)

    def get_embeddings(  # type: ignore[override]  # no hook and no other way to exclude overlap is offered
        self, file: dict[str, Any], binary_segmentations: SlidingWindowFeature, **_: object
    ) -> NDArray[np.float64]:
        """Return one embedding for each (window, local speaker), NaN where it cannot be told."""
        samples = file["waveform"][0].numpy()
        starts = _speech_windows(binary_segmentations, round(self._options.hop_seconds * _FRAMES_A_SECOND))
        windows = embed_windows(self._encoder, samples, starts, self._options.threads)
        return pool(windows, binary_segmentations.data, binary_segmentations.sliding_window.step, self._options.purity)


def clean_frames(active: NDArray[np.float64]) -> NDArray[np.float64]:
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


def pool(windows: VoiceWindows, active: NDArray[np.float64], step: float, purity: float) -> NDArray[np.float64]:
    """Return the mean embedding of each (window, local speaker), weighed by how purely it is that speaker's.

    ``active`` has the shape (windows, frames, local speakers). An embedding window counts by the share in
    which the speaker speaks alone, less the share of others, to the power of ``purity``.
    """
    count, frames, speakers = active.shape
    per_second = frames / WINDOW
    alone = np.pad(np.cumsum(clean_frames(active), axis=1), ((0, 0), (1, 0), (0, 0)))
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
        weights = (np.maximum(own - others, 0.0) / (length * per_second)) ** purity
        pooled[index] = _unit(weights.T @ windows.embeddings[first:last])
    return pooled


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1.0), np.nan)
