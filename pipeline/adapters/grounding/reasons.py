"""What a finding weighs: how much of a claim's log-odds it takes, and what it makes of the verdict."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import pairs_in
from pipeline.domain.evidence import Finding


class Force(StrEnum):
    """What a finding makes of the verdict."""

    #: Contradicted, where counter-evidence is quoted.
    CONTRADICTS = "contradicts"
    #: Unsupported whatever the score says.
    DECIDES = "decides"
    #: Partial at best.
    WEIGHS = "weighs"


class Reason(NamedTuple):
    """What stands in reasons.txt for one reason code."""

    penalty: float
    force: Force


@cache
def reasons() -> dict[str, Reason]:
    """Return every reason code a check can give."""
    return {code: _reason(*weight.split()) for code, weight in pairs_in("reasons.txt")}


def penalty(findings: Sequence[Finding]) -> float:
    """Return what the findings together take off: the heaviest in full, each other one a quarter."""
    weights = sorted((reasons()[finding.reason_code].penalty for finding in findings), reverse=True)
    return weights[0] + sum(weights[1:]) / 4 if weights else 0.0


def force(findings: Sequence[Finding]) -> Force | None:
    """Return the strongest force; a conflict without counter-evidence only decides."""
    forces = {
        Force.DECIDES if reason.force is Force.CONTRADICTS and not finding.counter_evidence else reason.force
        for finding in findings
        for reason in (reasons()[finding.reason_code],)
    }
    return next((found for found in Force if found in forces), None)


def _reason(weight: str, name: str) -> Reason:
    return Reason(float(weight), Force(name))
