"""What became of earlier verdicts, as fields beside the verdicts of now."""

from collections.abc import Iterable, Sequence

from pipeline.domain.correction import Reanchored, Revision
from pipeline.domain.documents.verification import Json, span_to_json


def with_earlier(records: Iterable[Json], revisions: Sequence[Revision]) -> list[Json]:
    """Return verdicts with ``earlier`` beside each that was verified before: its verdict then, and its quotes."""
    earlier = {revision.claim_id: _earlier(revision) for revision in revisions}
    return [{**record, **earlier.get(str(record["id"]), {})} for record in records]


def _earlier(revision: Revision) -> Json:
    return {"earlier": {"verdict": revision.earlier, "quotes": [_quote(quote) for quote in revision.quotes]}}


def _quote(quote: Reanchored) -> Json:
    return {
        "standing": quote.standing,
        "was": span_to_json(quote.was),
        "now": None if quote.now is None else span_to_json(quote.now),
    }
