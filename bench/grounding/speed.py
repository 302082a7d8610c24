"""How long forty sentences take against a session of 8,000 words, and how much memory, in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.grounding.data import Case, own_sessions
from pipeline.adapters.grounding import GroundingVerifier
from pipeline.domain.evidence import Claim
from pipeline.domain.transcript import Segment, Transcript
from pipeline.ports import SessionFacts

_SENTENCES = 40
_WORDS = 8000
_RUNS = 9


@dataclass(frozen=True, slots=True)
class Speed:
    """What one fresh process measured."""

    first_ms: float
    #: Median of the runs after the first one, over transcripts not seen before.
    median_ms: float
    peak_mb: float
    same_bytes: bool

    @property
    def per_sentence_ms(self) -> float:
        """Return milliseconds a sentence, the transcript's share included."""
        return self.median_ms / _SENTENCES


def measured() -> Speed:
    """Return what a fresh process measures; it loads nothing but the verifier and the invented sessions."""
    done = subprocess.run([sys.executable, "-m", "bench.grounding.speed"], check=True, capture_output=True, text=True)
    return Speed(**json.loads(done.stdout))


def session_of(cases: Sequence[Case], turn: int) -> tuple[list[Claim], Transcript]:
    """Return forty sentences and a transcript of 8,000 words made of the invented sessions one after the other."""
    cases = [*cases[turn % len(cases) :], *cases[: turn % len(cases)]]
    segments: list[Segment] = []
    words, clock = 0, 0.0
    while words < _WORDS:
        for case in cases:
            for segment in case.transcript.segments:
                length = segment.end - segment.start
                segments.append(replace(segment, segment_id=f"u{len(segments)}", start=clock, end=clock + length))
                clock, words = clock + length, words + len(segment.text.split())
    claims = [item.claim for case in cases for item in case.claims][:_SENTENCES]
    return claims, replace(cases[0].transcript, segments=tuple(segments))


def main() -> None:
    """Print one measurement as JSON."""
    cases = list(own_sessions())
    verifier = GroundingVerifier()
    seconds, seen = [], []
    for turn in (0, *range(_RUNS)):
        claims, transcript = session_of(cases, turn)
        before = time.process_time()
        result = verifier.verify(claims, transcript, SessionFacts())
        seconds.append(time.process_time() - before)
        seen.append(repr(result))
    median = sorted(seconds[1:])[len(seconds[1:]) // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "first_ms": seconds[0] * 1000,
                "median_ms": median * 1000,
                "peak_mb": peak,
                "same_bytes": seen[0] == seen[1],
            }
        )
    )


if __name__ == "__main__":
    main()
