"""Quotes found again in a transcript that was corrected, or that a model says it has copied."""

from collections.abc import Iterator, Sequence

from rapidfuzz.fuzz import partial_ratio_alignment

from pipeline.adapters.grounding.evidence import span_in
from pipeline.domain.correction import Reanchored, Revision, Standing
from pipeline.domain.evidence import ClaimVerdict, EvidenceSpan, Verification
from pipeline.domain.transcript import Segment, Transcript

#: A corrected word or two leaves a quote this much like what it was (of 100).
_ALIKE = 84.0
#: Where a quote is looked for first: so many seconds, or so many segments, from where it was.
_NEAR_SECONDS = 15.0
_NEAR_SEGMENTS = 2
#: Fewer words than these ("No.", "I do.") are said in many places, so far away they are another answer.
_TELLING = 4


def revisions(
    earlier: Sequence[ClaimVerdict], verification: Verification, transcript: Transcript
) -> tuple[Revision, ...]:
    """Return each claim that was verified before, in the order of the verification, beside what it was then."""
    before = {verdict.claim_id: verdict for verdict in earlier}
    return tuple(
        Revision(now.claim_id, then.verdict, now.verdict, tuple(_again(quote, transcript) for quote in _quotes(then)))
        for now in verification.verdicts
        if (then := before.get(now.claim_id)) is not None
    )


def reanchored(span: EvidenceSpan, transcript: Transcript) -> EvidenceSpan | None:
    """Return the span where its words stand now, or ``None`` where nothing like them does.

    Near where it was, exact words win over like ones, and of several places the one with the same words around it.
    Far from there only exact words count, and enough of them to be told from another answer in the same words.
    The quote of the result is always in the transcript, byte for byte.
    """
    near, far = _near_and_far(span, transcript.segments)
    return _exactly(span, near) or _alike(span, near) or (_exactly(span, far) if _is_telling(span) else None)


def anchored(quote: str, segment: Segment) -> EvidenceSpan | None:
    """Return a quote as evidence where the segment has it byte for byte."""
    start = segment.text.find(quote) if quote else -1
    return None if start < 0 else span_in(segment, start, start + len(quote))


def _quotes(verdict: ClaimVerdict) -> Iterator[EvidenceSpan]:
    """Return what a verdict rests on: what speaks for the claim, then what speaks against it; each once."""
    counter = (span for finding in verdict.findings for span in finding.counter_evidence)
    yield from dict.fromkeys((*verdict.evidence, *counter))


def _again(was: EvidenceSpan, transcript: Transcript) -> Reanchored:
    now = reanchored(was, transcript)
    return Reanchored(was, now, _standing(was, now))


def _standing(was: EvidenceSpan, now: EvidenceSpan | None) -> Standing:
    if now is None:
        return Standing.GONE
    if now.quote != was.quote:
        return Standing.REWORDED
    if now.role is not was.role:
        return Standing.REASSIGNED
    same_place = (now.segment_id, now.char_start) == (was.segment_id, was.char_start)
    return Standing.UNCHANGED if same_place else Standing.MOVED


def _near_and_far(span: EvidenceSpan, segments: Sequence[Segment]) -> tuple[list[Segment], list[Segment]]:
    """Return the segments around the quote's own place, its own first and then by their distance, and the others."""
    own = next((number for number, each in enumerate(segments) if each.segment_id == span.segment_id), None)

    def distance(number: int) -> tuple[bool, float, int]:
        away = abs(segments[number].start - span.start)
        return number != own, away, abs(number - own) if own is not None else 0

    def is_near(number: int) -> bool:
        beside = own is not None and abs(number - own) <= _NEAR_SEGMENTS
        gap = max(segments[number].start - span.end, span.start - segments[number].end)
        return beside or (span.end > span.start and gap <= _NEAR_SECONDS)

    near: list[Segment] = []
    far: list[Segment] = []
    for number in sorted(range(len(segments)), key=distance):
        (near if is_near(number) else far).append(segments[number])
    return near, far


def _is_telling(span: EvidenceSpan) -> bool:
    return len(span.quote.split()) >= _TELLING


def _exactly(span: EvidenceSpan, segments: Sequence[Segment]) -> EvidenceSpan | None:
    places = [place for segment in segments for place in _exact(span, segment)]
    return max(places, key=lambda place: _likeness_around(span, place), default=None)


def _exact(span: EvidenceSpan, segment: Segment) -> Iterator[EvidenceSpan]:
    start = segment.text.find(span.quote) if span.quote else -1
    while start >= 0:
        place = span_in(segment, start, start + len(span.quote))
        if _cut_into(place) == _cut_into(span):
            yield place
        start = segment.text.find(span.quote, start + 1)


def _cut_into(span: EvidenceSpan) -> tuple[bool, bool]:
    """Say whether the quote begins, and ends, within a word: "no" is not said in "know"."""
    begins = span.prefix[-1:].isalnum() and span.quote[:1].isalnum()
    return begins, span.suffix[:1].isalnum() and span.quote[-1:].isalnum()


def _likeness_around(span: EvidenceSpan, place: EvidenceSpan) -> tuple[int, bool]:
    before = place.prefix.endswith(span.prefix[-8:]) if span.prefix else not place.prefix
    after = place.suffix.startswith(span.suffix[:8]) if span.suffix else not place.suffix
    return before + after, place.segment_id == span.segment_id


def _alike(span: EvidenceSpan, segments: Sequence[Segment]) -> EvidenceSpan | None:
    return next((found for segment in segments if (found := _like(span, segment)) is not None), None)


def _like(span: EvidenceSpan, segment: Segment) -> EvidenceSpan | None:
    if not span.quote or not segment.text:
        return None
    found = partial_ratio_alignment(span.quote, segment.text, score_cutoff=_ALIKE)
    if found is None or found.dest_end <= found.dest_start:
        return None
    return span_in(segment, *_whole_words(segment.text, found.dest_start, found.dest_end))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place widened to whole words."""
    while 0 < start < end and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end
