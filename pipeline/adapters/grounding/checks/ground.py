"""What every check is given and what it returns."""

from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.adapters.grounding.claims import ParsedClaim, terms_of
from pipeline.adapters.grounding.evidence import Evidence, evidence_for
from pipeline.adapters.grounding.index import TranscriptIndex
from pipeline.adapters.grounding.passage import Term
from pipeline.adapters.grounding.topics import Settled, Topic, settled, topics_of
from pipeline.domain.evidence import CheckResult, EvidenceSpan, Finding
from pipeline.ports import SessionFacts


@dataclass(frozen=True, slots=True)
class Ground:
    """One claim, the transcript it is held against, and the evidence found for it."""

    claim: ParsedClaim
    index: TranscriptIndex
    terms: tuple[Term, ...] = field(repr=False)
    evidence: Evidence
    #: What the claim names outside its quotations, and what was said of each.
    topics: tuple[tuple[Topic, Settled], ...] = field(repr=False)
    facts: SessionFacts = field(default_factory=SessionFacts)


def ground_of(claim: ParsedClaim, index: TranscriptIndex, facts: SessionFacts) -> Ground:
    """Return the claim with the evidence found for it."""
    terms = terms_of(claim, index)
    worded = [term for term in terms if not any(name.startswith("#") for name in term.names)]
    topics = tuple((topic, settled(topic, index)) for topic in topics_of(claim.passage, worded, claim.quotations))
    return Ground(claim, index, terms, evidence_for(terms, index), topics, facts)


class Outcome(NamedTuple):
    """What one check says."""

    result: CheckResult
    findings: tuple[Finding, ...] = ()
    #: What bears the claim out, where the check itself found it.
    evidence: tuple[EvidenceSpan, ...] = ()


PASSED = Outcome(CheckResult.PASS)
NOT_APPLICABLE = Outcome(CheckResult.NOT_APPLICABLE)


def failed(*findings: Finding) -> Outcome:
    """Return a failure with what was found."""
    return Outcome(CheckResult.FAIL, findings)
