"""Who the speakers of each window are: one embedding each, pooled from windows of speech that are embedded once."""

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.diarization.clustering import Evidence
from pipeline.adapters.diarization.segmentation import WINDOW
from pipeline.adapters.diarization.voices import WINDOW_FRAMES, VoiceWindows

_FRAMES_A_SECOND = 100

Active = NDArray[np.bool_]


def evidence_of(embeddings: NDArray[np.float64], active: Active, step: float, least_clean_seconds: float) -> Evidence:
    """Return what is known of each (window, local speaker); ``embeddings`` are NaN where there is none."""
    clean = clean_frames(active).sum(axis=1) * WINDOW / active.shape[1]
    heard = np.asarray(~np.isnan(embeddings).any(axis=2), dtype=np.bool_)
    telling = np.asarray(heard & (clean >= least_clean_seconds), dtype=np.bool_)
    return Evidence(
        embeddings=np.nan_to_num(embeddings),
        # Each second lies in several windows.
        weights=clean * (step / WINDOW),
        active=np.asarray(active.any(axis=1), dtype=np.bool_),
        telling=telling if telling.any() else heard,
    )


def clean_frames(active: Active) -> NDArray[np.float64]:
    """Return the frames in which a speaker speaks alone, shape (windows, frames, local speakers)."""
    clean: NDArray[np.float64] = np.where(active.sum(axis=2, keepdims=True) == 1, active, 0.0)
    return clean


def speech_windows(active: Active, step: float, hop: float, end: float) -> NDArray[np.intp]:
    """Return where embedding windows start, in mel frames: every ``hop`` seconds in which someone speaks."""
    seconds = np.arange(active.shape[1]) * WINDOW / active.shape[1]
    times = (np.arange(len(active)) * step)[:, None] + seconds
    # The last segmentation windows reach beyond the recording, and the network may take silence for more of a voice.
    frames = (times[active.any(axis=2) & (times < end)] * _FRAMES_A_SECOND).astype(np.intp)
    length = round(hop * _FRAMES_A_SECOND)
    starts = np.unique(np.maximum(frames - WINDOW_FRAMES // 2, 0) // length) * length
    return starts.astype(np.intp)


def pool(windows: VoiceWindows, active: Active, step: float, purity: float) -> NDArray[np.float64]:
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
        everybody = spoken[index, to] - spoken[index, at]
        others = everybody.sum(axis=1, keepdims=True) - everybody
        weights = (np.maximum(own - others, 0.0) / (length * per_second)) ** purity
        pooled[index] = _unit(weights.T @ windows.embeddings[first:last])
    return pooled


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1.0), np.nan)
