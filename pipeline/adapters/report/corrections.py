"""What a corrected transcript changed in a verified note: sentences to read again, and what their quotes became."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.report import wording
from pipeline.adapters.report.findings import Quote, Stand, quote_of
from pipeline.domain.correction import Reanchored, Revision


@dataclass(frozen=True, slots=True)
class ChangedQuote:
    """A quote as it was, and as it stands."""

    word: str
    was: Quote
    now: Quote | None


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that the correction concerns."""

    number: int
    text: str = field(repr=False)
    #: Both verdicts in words; the same word twice where only quotes changed.
    earlier: str
    now: str
    quotes: tuple[ChangedQuote, ...]


@dataclass(frozen=True, slots=True)
class Corrections:
    """Everything a reader is told of a correction."""

    changes: tuple[Change, ...]
    #: Sentences verified before, and those that were not.
    compared: int
    added: int

    @property
    def summary(self) -> str:
        """Return how far the correction reaches, in a sentence."""
        if not self.compared:
            return "None of these sentences has an earlier verdict. Are they of the same note?"
        changed = len(self.changes)
        concerned = f"{changed} of {self.compared} sentences to read again" if changed else "No sentence is concerned"
        new = f" {self.added} had no verdict before." if self.added else ""
        return f"{concerned}; each was held against the corrected transcript.{new}"


def corrections_of(texts: Mapping[str, str], revisions: Sequence[Revision], anchor: Mapping[str, Stand]) -> Corrections:
    """Return what to tell of a correction; ``texts`` are the note's sentences by their ids, in order."""
    numbers = {claim_id: number for number, claim_id in enumerate(texts, 1)}
    changes = tuple(
        Change(
            numbers[revision.claim_id],
            texts[revision.claim_id],
            wording.VERDICTS[revision.earlier],
            wording.VERDICTS[revision.now],
            tuple(_quote(quote, anchor) for quote in revision.quotes if not quote.reads_the_same),
        )
        for revision in revisions
        if revision.touched
    )
    return Corrections(changes, len(revisions), len(texts) - len(revisions))


def _quote(quote: Reanchored, anchor: Mapping[str, Stand]) -> ChangedQuote:
    now = None if quote.now is None else quote_of(quote.now, anchor)
    # Its segment may be another one by now, so what was has no place to point to.
    return ChangedQuote(wording.STANDINGS[quote.standing], quote_of(quote.was, {}), now)
