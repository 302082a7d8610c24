"""Quotes found again in a transcript that was corrected, or that a model says it has copied."""

from collections.abc import Iterator, Sequence

from rapidfuzz.fuzz import partial_ratio_alignment

from pipeline.adapters.grounding.evidence import span_in
from pipeline.domain.evidence import EvidenceSpan
from pipeline.domain.transcript import Segment, Transcript

#: A corrected word or two leaves a quote this much like what it was (of 100).
_ALIKE = 84.0


def reanchored(span: EvidenceSpan, transcript: Transcript) -> EvidenceSpan | None:
    """Return the span where its words stand now, or ``None`` where nothing like them does.

    Exact words win over like ones, the same segment over another, and of several places the one with the same words
    around it. The quote of the result is always in the transcript, byte for byte.
    """
    segments = _nearest_first(span.segment_id, span.start, transcript.segments)
    exact = [place for segment in segments for place in _exact(span, segment)]
    if exact:
        return max(exact, key=lambda place: _likeness_around(span, place))
    return next((found for segment in segments[:3] if (found := _like(span, segment)) is not None), None)


def anchored(quote: str, segment: Segment) -> EvidenceSpan | None:
    """Return a quote as evidence where the segment has it byte for byte."""
    start = segment.text.find(quote) if quote else -1
    return None if start < 0 else span_in(segment, start, start + len(quote))


def _nearest_first(segment_id: str, start: float, segments: Sequence[Segment]) -> list[Segment]:
    return sorted(segments, key=lambda each: (each.segment_id != segment_id, abs(each.start - start)))


def _exact(span: EvidenceSpan, segment: Segment) -> Iterator[EvidenceSpan]:
    start = segment.text.find(span.quote) if span.quote else -1
    while start >= 0:
        yield span_in(segment, start, start + len(span.quote))
        start = segment.text.find(span.quote, start + 1)


def _likeness_around(span: EvidenceSpan, place: EvidenceSpan) -> tuple[int, bool]:
    before = place.prefix.endswith(span.prefix[-8:]) if span.prefix else not place.prefix
    after = place.suffix.startswith(span.suffix[:8]) if span.suffix else not place.suffix
    return before + after, place.segment_id == span.segment_id


def _like(span: EvidenceSpan, segment: Segment) -> EvidenceSpan | None:
    if not span.quote or not segment.text:
        return None
    found = partial_ratio_alignment(span.quote, segment.text, score_cutoff=_ALIKE)
    if found is None or found.dest_end <= found.dest_start:
        return None
    return span_in(segment, *_whole_words(segment.text, found.dest_start, found.dest_end))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place widened to whole words."""
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end
