"""The typed checks, each reported by name."""

from collections.abc import Callable

from pipeline.adapters.grounding.checks.absences import check_absences
from pipeline.adapters.grounding.checks.attribution import check_attribution
from pipeline.adapters.grounding.checks.ground import Ground, Outcome, ground_of
from pipeline.adapters.grounding.checks.negation import check_negation
from pipeline.adapters.grounding.checks.numbers import check_numbers
from pipeline.adapters.grounding.checks.quotations import check_quotations
from pipeline.adapters.grounding.checks.records import check_records

CHECKS: dict[str, Callable[[Ground], Outcome]] = {
    "numbers": check_numbers,
    "negation": check_negation,
    "attribution": check_attribution,
    "quotations": check_quotations,
    "session_facts": check_records,
    "not_assessed": check_absences,
}

__all__ = ["CHECKS", "Ground", "Outcome", "ground_of"]
