"""From evidence and findings to a verdict: conflicts first, then what was not said, then the score."""

from collections.abc import Mapping, Sequence

from pipeline.adapters.grounding.checks import Ground, Outcome
from pipeline.adapters.grounding.checks.quotations import quoted_in
from pipeline.adapters.grounding.evidence import spans_of
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.domain.evidence import CheckResult, ClaimVerdict, EvidenceSpan, Finding, Verdict
from pipeline.domain.note import SentenceKind

#: Findings that contradict where counter-evidence is quoted.
CONFLICTS = word_set("conflicts")
#: Findings that leave a claim without support whatever the score says.
DECISIVE = word_set("decisive")
_SUPPORTED = 0.5
_PARTIAL = 0.3
#: What a finding leaves of the score.
_LEFT = 0.3


def verdicts_on(grounds: Sequence[Ground], outcomes: Sequence[Mapping[str, Outcome]]) -> tuple[ClaimVerdict, ...]:
    """Return the verdict on each claim."""
    return tuple(_verdict(ground, found) for ground, found in zip(grounds, outcomes, strict=True))


def _verdict(ground: Ground, outcomes: Mapping[str, Outcome]) -> ClaimVerdict:
    findings = tuple(finding for outcome in outcomes.values() for finding in outcome.findings)
    score = support(ground) * (_LEFT if findings else 1.0)
    evidence = _evidence(ground)
    verdict, reasons = _judge(ground, findings, score, evidence)
    if verdict is Verdict.NOT_CHECKED and "confirmed_by_records" in reasons:
        score = 1.0
    return ClaimVerdict(
        claim_id=ground.claim.claim.claim_id,
        verdict=verdict,
        score=round(score, 4),
        checks=(("support", _support_result(verdict, score)), *((name, o.result) for name, o in outcomes.items())),
        evidence=evidence,
        findings=findings,
        reasons=tuple(dict.fromkeys((*reasons, *(finding.reason_code for finding in findings)))),
    )


def support(ground: Ground) -> float:
    """Return the share of the claim's weight that its evidence holds; a verbatim quotation holds all of it."""
    if ground.claim.quotations and all(quoted_in(ground.claim.text[s:e], ground) for s, e in ground.claim.quotations):
        return 0.97
    return ground.evidence.share(ground.evidence.covered)


def _judge(
    ground: Ground, findings: Sequence[Finding], score: float, evidence: Sequence[EvidenceSpan]
) -> tuple[Verdict, tuple[str, ...]]:
    kind = ground.claim.kind
    if any(finding.reason_code in CONFLICTS and finding.counter_evidence for finding in findings):
        return Verdict.CONTRADICTED, ()
    if not ground.terms and not ground.claim.quotations:
        return Verdict.NOT_CHECKED, ("nothing_to_check",)
    if kind is SentenceKind.NOT_ASSESSED:
        return Verdict.NOT_CHECKED, ("nothing_found_to_contradict",)
    if kind is SentenceKind.SESSION_FACT:
        return (Verdict.UNSUPPORTED, ()) if findings else (Verdict.NOT_CHECKED, ("confirmed_by_records",))
    return _by_score(ground, findings, score, evidence)


def _by_score(
    ground: Ground, findings: Sequence[Finding], score: float, evidence: Sequence[EvidenceSpan]
) -> tuple[Verdict, tuple[str, ...]]:
    judgement = ground.claim.kind is SentenceKind.ASSESSMENT
    if any(finding.reason_code in DECISIVE for finding in findings):
        return Verdict.UNSUPPORTED, ()
    if score >= _SUPPORTED and not findings and evidence:
        return Verdict.SUPPORTED, ("clinician_judgement",) if judgement else ()
    if judgement and not findings:
        return Verdict.NOT_CHECKED, ("clinician_judgement",)
    if evidence and support(ground) >= _PARTIAL:
        return Verdict.PARTIAL, ()
    return Verdict.UNSUPPORTED, ()


def _evidence(ground: Ground) -> tuple[EvidenceSpan, ...]:
    quoted = [found[0][1] for s, e in ground.claim.quotations if (found := quoted_in(ground.claim.text[s:e], ground))]
    return tuple(dict.fromkeys((*quoted, *spans_of(ground.evidence.candidates, ground.terms))))


def _support_result(verdict: Verdict, score: float) -> CheckResult:
    if verdict is Verdict.NOT_CHECKED:
        return CheckResult.NOT_APPLICABLE
    return CheckResult.PASS if score >= _SUPPORTED else CheckResult.FAIL
