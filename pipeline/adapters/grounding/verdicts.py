"""From evidence, figures and findings to a verdict: conflicts first, then what was not said, then the score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.adapters.grounding.background import background
from pipeline.adapters.grounding.boundary import shift_of
from pipeline.adapters.grounding.checks import Ground, Outcome
from pipeline.adapters.grounding.checks.quotations import quoted_in
from pipeline.adapters.grounding.evidence import places_for, spans_of
from pipeline.adapters.grounding.features import features_of
from pipeline.adapters.grounding.judging import Judge
from pipeline.adapters.grounding.mentions import named_spans
from pipeline.adapters.grounding.reasons import Force, force, penalty
from pipeline.adapters.grounding.score import model, probability
from pipeline.domain.evidence import CheckResult, ClaimVerdict, EvidenceSpan, Finding, Verdict
from pipeline.domain.note import SentenceKind

_SUPPORTED = 0.5
_PARTIAL = 0.25
#: Log-odds of a claim that is little more than a verbatim quotation.
_QUOTED = 3.5
#: Words outside its quotations that a claim may have and still be little more.
_FRAME = 3
#: Log-odds of a statement of danger that was asked about and answered so.
_BORNE_OUT = 1.5
_CONFIRMED = 0.99
#: Log-odds beyond which likeness does not speak for a claim that a finding decides: the sum stays below even.
_MOST_DECIDED = 2.0
#: What is said of a claim that the transcript cannot settle.
_UNKNOWN = 0.45
_UNFINISHED = frozenset((SentenceKind.NOT_ASSESSED, SentenceKind.SESSION_FACT))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim with what all checks found and what the score makes of it."""

    ground: Ground
    outcomes: Mapping[str, Outcome]
    findings: tuple[Finding, ...]
    log_odds: float
    evidence: tuple[EvidenceSpan, ...] = field(repr=False)


def verdicts_on(
    grounds: Sequence[Ground], outcomes: Sequence[Mapping[str, Outcome]], judge: Judge | None = None
) -> tuple[ClaimVerdict, ...]:
    """Return the verdict on each claim of one note; a judge's opinion moves its score and nothing else."""
    weighed = [weigh(ground, found) for ground, found in zip(grounds, outcomes, strict=True)]
    if judge is not None and weighed:
        weighed = _judged(weighed, judge)
    shift = shift_of([each.log_odds for each in weighed if each.ground.claim.kind not in _UNFINISHED])
    return tuple(_verdict(each, shift) for each in weighed)


def _judged(weighed: Sequence[Weighed], judge: Judge) -> list[Weighed]:
    judgements = judge.judge([each.ground for each in weighed], [each.log_odds for each in weighed])
    return [
        replace(each, log_odds=found.log_odds, evidence=tuple(dict.fromkeys((*found.evidence, *each.evidence))))
        for each, found in zip(weighed, judgements, strict=True)
    ]


def weigh(ground: Ground, outcomes: Mapping[str, Outcome]) -> Weighed:
    """Return the claim with its log-odds before findings are taken off."""
    findings = tuple(finding for outcome in outcomes.values() for finding in outcome.findings)
    log_odds = model().log_odds(features_of(ground, background()), len(ground.terms))
    if _is_quotation(ground):
        log_odds = max(log_odds, _QUOTED)
    shown = tuple(span for outcome in outcomes.values() for span in outcome.evidence)
    if shown and _is_danger_alone(ground):
        log_odds = max(log_odds, _BORNE_OUT)
    return Weighed(ground, outcomes, findings, log_odds, tuple(dict.fromkeys((*shown, *_evidence(ground)))))


def _is_danger_alone(ground: Ground) -> bool:
    """Say whether a claim names little beside the danger that its own check has answered."""
    spans = named_spans(ground.claim)
    others = [topic for topic, _ in ground.topics if not ground.claim.passage.touches(*topic.span, spans)]
    return len(others) <= 1


def _is_quotation(ground: Ground) -> bool:
    """Say whether a claim is little more than quotations, each of them in the transcript."""
    quoted = ground.claim.quotations
    text, passage = ground.claim.text, ground.claim.passage
    outside = [t for t in passage.terms if not ground.claim.is_quoted(passage.words[t.first].start)]
    return bool(quoted) and len(outside) <= _FRAME and all(quoted_in(text[s:e], ground) for s, e in quoted)


def _verdict(weighed: Weighed, shift: float) -> ClaimVerdict:
    likeness = weighed.log_odds + shift
    decided = force(weighed.findings) in {Force.CONTRADICTS, Force.DECIDES}
    score = probability(min(likeness, _MOST_DECIDED if decided else likeness) - penalty(weighed.findings))
    verdict, reasons = _judge(weighed, score, probability(likeness))
    if "confirmed_by_records" in reasons:
        score = _CONFIRMED
    elif verdict is Verdict.NOT_CHECKED:
        score = max(score, _UNKNOWN)
    return ClaimVerdict(
        claim_id=weighed.ground.claim.claim.claim_id,
        verdict=verdict,
        score=round(score, 4),
        checks=(
            ("support", _support_result(verdict, score)),
            *((name, outcome.result) for name, outcome in weighed.outcomes.items()),
        ),
        evidence=weighed.evidence,
        findings=weighed.findings,
        reasons=tuple(dict.fromkeys((*reasons, *(finding.reason_code for finding in weighed.findings)))),
    )


def _judge(weighed: Weighed, score: float, likeness: float) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict; ``likeness`` is the score before findings."""
    kind = weighed.ground.claim.kind
    found = force(weighed.findings)
    if found is Force.CONTRADICTS:
        return Verdict.CONTRADICTED, ()
    if not weighed.ground.terms and not weighed.ground.claim.quotations:
        return Verdict.NOT_CHECKED, ("nothing_to_check",)
    if kind is SentenceKind.NOT_ASSESSED:
        return Verdict.NOT_CHECKED, ("nothing_found_to_contradict",)
    if kind is SentenceKind.SESSION_FACT:
        return (Verdict.UNSUPPORTED, ()) if found else (Verdict.NOT_CHECKED, ("confirmed_by_records",))
    if found is Force.DECIDES:
        return Verdict.UNSUPPORTED, ()
    return _by_score(weighed, score, likeness)


def _by_score(weighed: Weighed, score: float, likeness: float) -> tuple[Verdict, tuple[str, ...]]:
    judgement = weighed.ground.claim.kind is SentenceKind.ASSESSMENT
    if score >= _SUPPORTED and weighed.evidence and not weighed.findings:
        return Verdict.SUPPORTED, ("clinician_judgement",) if judgement else ()
    if judgement and not weighed.findings:
        return Verdict.NOT_CHECKED, ("clinician_judgement",)
    unclear = all(finding.reason_code == "heard_unclearly" for finding in weighed.findings)
    if weighed.evidence and likeness >= (_PARTIAL if unclear else _SUPPORTED):
        return Verdict.PARTIAL, ()
    return Verdict.UNSUPPORTED, ()


def _evidence(ground: Ground) -> tuple[EvidenceSpan, ...]:
    text = ground.claim.text
    quoted = [found[0][1] for s, e in ground.claim.quotations if (found := quoted_in(text[s:e], ground))]
    return tuple(dict.fromkeys((*quoted, *spans_of(places_for(ground.terms, ground.evidence, ground.index)))))


def _support_result(verdict: Verdict, score: float) -> CheckResult:
    if verdict is Verdict.NOT_CHECKED:
        return CheckResult.NOT_APPLICABLE
    return CheckResult.PASS if score >= _SUPPORTED else CheckResult.FAIL
