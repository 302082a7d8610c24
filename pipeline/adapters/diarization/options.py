"""The settings of the embedded diarizer, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiarizerOptions:
    """Settings that change the result; the development clips are named in docs/benchmarks.md."""

    #: Seconds between segmentation windows of five seconds: half of it costs twice the time and tells no more.
    step_seconds: float = 1.0
    #: Probability from which a local speaker counts as speaking: the published value for these weights.
    speech_threshold: float = 0.4442
    #: Seconds between embedding windows of 1.6 s: from 0.2 to 0.5 the development clips, begun at nine different
    #: moments, fare the same, and half as many windows cost half as much.
    hop_seconds: float = 0.4
    #: An embedding window counts with this power of the share that is one speaker alone. At 2, windows across a
    #: change of voices blur the voices (DER of the meeting clips 0.32); from 4 to 16 nothing changes much (0.28).
    purity: float = 8.0
    #: Seconds a local speaker must speak alone for its embedding to shape the voices.
    least_clean_seconds: float = 0.4
    #: Cosine distance of centres from which two voices are two people. One voice divided in two lies at 0.03 to 0.10,
    #: two people in one room at 0.13 to 0.40.
    apart: float = 0.11
    #: The same for voices beyond the number expected: one voice too many spoils a note more than one too few.
    further_apart: float = 0.2
    #: Seconds of clean speech below which a voice must be as far apart as one beyond the number expected: no embedding
    #: window (1.6 s) can hold it alone, so that its sound is known from windows that hold others or silence too.
    brief_seconds: float = 1.6
    #: Least share of the speech of a voice.
    smallest_share: float = 0.05
    #: How many people a session has where nobody said.
    expected: int = 2
    #: Segmentation windows worked on at once by each thread: what twelve hold stays in the cache of the processor.
    batch: int = 12
    threads: int = 2
