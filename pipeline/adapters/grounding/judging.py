"""A second opinion on support, from a model of any kind; what it says never outweighs what a typed check found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.adapters.grounding.checks import Ground
from pipeline.domain.evidence import EvidenceSpan
from pipeline.domain.transcript import Engine


@dataclass(frozen=True, slots=True)
class Judgement:
    """The log-odds of a claim with a judge's opinion in them, and what the judge rests it on."""

    log_odds: float
    #: Each of them byte for byte in the transcript.
    evidence: tuple[EvidenceSpan, ...] = field(default=(), repr=False)


class Judge(Protocol):
    """Weighs claims against a transcript beside the score of the shared words."""

    @property
    def engine(self) -> Engine:
        """Return what judges, so that it can be told later."""
        ...

    def judge(self, grounds: Sequence[Ground], own: Sequence[float]) -> Sequence[Judgement]:
        """Return a judgement for every claim of one note, in order; ``own`` are the log-odds of the shared words.

        Same input, same result as far as the model keeps to that.
        """
        ...
