"""The settings of the embedded diarizer, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiarizerOptions:
    """Settings that change the result."""

    #: Seconds between segmentation windows of five seconds; every moment is seen by ten of them.
    step_seconds: float = 0.5
    #: Probability from which a local speaker counts as speaking.
    speech_threshold: float = 0.5
    #: Seconds between embedding windows of 1.6 s.
    hop_seconds: float = 0.2
    #: Cosine distance up to which two groups of embeddings are one voice.
    threshold: float = 0.22
    #: A voice with a smaller share of the speech is counted to its nearest.
    smallest_share: float = 0.05
    #: Seconds a local speaker must speak alone for its embedding to shape the voices.
    least_clean_seconds: float = 0.8
    batch: int = 32
    threads: int = 2
