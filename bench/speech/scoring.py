"""Word, speaker, role and turn errors of a transcript.

Word error rate and concatenated minimum-permutation word error rate (cpWER, CHiME-6) after Whisper's basic text
normalisation; diarization error rate without collar, overlaps included, over the whole recording (pyannote.metrics).
"""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jiwer
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from transformers.models.whisper.english_normalizer import BasicTextNormalizer

from bench.speech.clips import Clip, Turn, in_order
from pipeline.domain.transcript import Transcript
from pipeline.ports import VoiceTurn

normalise = BasicTextNormalizer()
_ROLES = frozenset({"CLINICIAN", "CLIENT"})


@dataclass(frozen=True, slots=True)
class Scores:
    """What was found wrong; ``None`` where the clip has no reference for it."""

    wer: float | None = None
    cpwer: float | None = None
    der: float | None = None
    #: Seconds of reference speech, overlapping speech counted for each speaker, and of those in error.
    speech: float = 0.0
    wrong: float = 0.0
    roles: float | None = None
    voices_heard: int = 0
    voices: int = 0


def score(clip: Clip, transcript: Transcript) -> Scores:
    """Return the errors of a transcript of a clip."""
    heard: defaultdict[str, list[str]] = defaultdict(list)
    for segment in transcript.segments:
        heard[segment.speaker or "nobody"].append(segment.text)
    wer = cpwer = None
    if clip.said:
        wrong, count = word_errors(" ".join(in_order(clip)), " ".join(s.text for s in transcript.segments))
        by_speaker = cp_errors(clip.said, {name: " ".join(texts) for name, texts in heard.items()})
        wer, cpwer = wrong / count, by_speaker / count
    seconds = transcript.recording.seconds if transcript.recording else 0.0
    missed, total = turn_errors(clip.turns, transcript.turns, seconds)
    return Scores(
        wer,
        cpwer,
        missed / total if total else None,
        total,
        missed,
        _roles(clip, transcript),
        len(transcript.speakers),
        len({speaker for speaker, *_ in clip.turns}) or len(clip.said),
    )


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Return errors and reference words after normalisation."""
    wanted = normalise(reference)
    if not wanted.split():
        return len(normalise(heard).split()), 0
    found = jiwer.process_words(wanted, normalise(heard))
    return found.substitutions + found.deletions + found.insertions, len(wanted.split())


def cp_errors(said: dict[str, str], heard: dict[str, str]) -> int:
    """Return the word errors of the best pairing of reference and heard speakers."""
    wanted, got = list(said.values()), list(heard.values())
    size = max(len(wanted), len(got))
    wanted += [""] * (size - len(wanted))
    got += [""] * (size - len(got))
    return min(
        sum(word_errors(a, b)[0] for a, b in zip(wanted, order, strict=True)) for order in itertools.permutations(got)
    )


def turn_errors(turns: Sequence[Turn], found: Sequence[VoiceTurn], seconds: float) -> tuple[float, float]:
    """Return the seconds in error (missed, false, wrong speaker) and the seconds of reference speech."""
    if not turns:
        return 0.0, 0.0
    reference, hypothesis = Annotation(), Annotation()
    for number, (speaker, start, end) in enumerate(turns):
        reference[Segment(start, end), number] = speaker
    for number, turn in enumerate(found):
        hypothesis[Segment(turn.start, turn.end), number] = turn.speaker
    rate: Any = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    parts = rate(reference, hypothesis, uem=Timeline([Segment(0.0, seconds)]), detailed=True)
    return float(parts["missed detection"] + parts["false alarm"] + parts["confusion"]), float(parts["total"])


def _roles(clip: Clip, transcript: Transcript) -> float | None:
    """Return the share of words whose role is that of the reference's speaker, where the speakers are roles."""
    if not {speaker for speaker, *_ in clip.turns} <= _ROLES or not clip.turns:
        return None
    right = total = 0
    for segment in transcript.segments:
        middle = (segment.start + segment.end) / 2
        nearest = min(clip.turns, key=lambda turn: max(turn[1] - middle, middle - turn[2], 0.0))
        total += len(segment.words)
        right += len(segment.words) * (segment.role is not None and segment.role.value == nearest[0])
    return right / total if total else None
