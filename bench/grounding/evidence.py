"""Whether the evidence shown for an answer is where people found the answer, and whether every quote was said."""

import time
from pathlib import Path

from bench.grounding.data import Meeting, qmsum
from pipeline.adapters.grounding import GroundingVerifier
from pipeline.adapters.grounding.sentences import sentences_of
from pipeline.domain.evidence import Claim, EvidenceSpan
from pipeline.ports import SessionFacts

_DATA = Path("../shared/data")
_SHOWN = 3


def main() -> None:
    """Print hit@3 over sentences and over whole answers, and how many quotes are in the transcript byte for byte."""
    if not _DATA.exists():
        print("evidence: ../shared/data is not here, so it is not measured")
        return
    began = time.perf_counter()
    found = [result for meeting in qmsum(_DATA) for result in _results(meeting)]
    sentences = [hit for hits, _, _ in found for hit in hits]
    quotes, said = sum(total for _, total, _ in found), sum(right for _, _, right in found)
    print(f"QMSum, 70 meetings, {len(found)} answers, {len(sentences)} sentences, {time.perf_counter() - began:.0f} s")
    print(f"a gold turn among the first three shown, by sentence: {sum(sentences) / len(sentences):.3f}")
    print(f"the same, by answer (any of its sentences):           {sum(any(h) for h, _, _ in found) / len(found):.3f}")
    print(f"quotes found in the transcript byte for byte:          {said / quotes:.4f} of {quotes}")


def _results(meeting: Meeting) -> list[tuple[list[bool], int, int]]:
    """Return for each answer which sentences hit, how many quotes were shown, and how many of them were said."""
    claims, owners = [], []
    for number, answered in enumerate(meeting.answers):
        for sentence in sentences_of(answered.answer):
            claims.append(Claim(f"c{len(claims)}", sentence.text))
            owners.append(number)
    verdicts = GroundingVerifier().verify(claims, meeting.transcript, SessionFacts()).verdicts
    said = {segment.segment_id: segment.text for segment in meeting.transcript.segments}
    results: list[tuple[list[bool], int, int]] = [([], 0, 0) for _ in meeting.answers]
    for owner, verdict in zip(owners, verdicts, strict=True):
        gold = {f"u{turn}" for first, last in meeting.answers[owner].turns for turn in range(first, last + 1)}
        hits, total, right = results[owner]
        spans = verdict.evidence
        quoted = sum(said[span.segment_id][span.char_start : span.char_end] == span.quote for span in spans)
        results[owner] = ([*hits, _hits(spans, gold)], total + len(spans), right + quoted)
    return results


def _hits(spans: tuple[EvidenceSpan, ...], gold: set[str]) -> bool:
    return any(span.segment_id in gold for span in spans[:_SHOWN])


if __name__ == "__main__":
    main()
