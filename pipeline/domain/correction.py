"""What an earlier verification's verdicts and quotes have become since its transcript was corrected."""

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.domain.evidence import EvidenceSpan, Verdict


class Standing(StrEnum):
    """How a quote stands in the corrected transcript."""

    UNCHANGED = "unchanged"
    #: The same words, elsewhere.
    MOVED = "moved"
    #: The same words, given to another speaker.
    REASSIGNED = "reassigned"
    #: Other words where the quote was, much like it.
    REWORDED = "reworded"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Reanchored:
    """A quote as it was, and where it stands now; nowhere if it is gone."""

    was: EvidenceSpan
    now: EvidenceSpan | None
    standing: Standing

    @property
    def reads_the_same(self) -> bool:
        """Say whether the same person is still heard to say the same words, wherever they stand."""
        return self.standing in {Standing.UNCHANGED, Standing.MOVED}


@dataclass(frozen=True, slots=True)
class Revision:
    """One claim before and after the correction, with the quotes its earlier verdict rested on."""

    claim_id: str
    earlier: Verdict
    now: Verdict
    quotes: tuple[Reanchored, ...] = field(repr=False)

    @property
    def touched(self) -> bool:
        """Say whether the correction concerns the claim: another verdict, or a quote that no longer reads the same."""
        return self.earlier is not self.now or not all(quote.reads_the_same for quote in self.quotes)
