"""The typed checks, each reported by name."""

from collections.abc import Callable

from pipeline.adapters.grounding.checks.absences import check_absences
from pipeline.adapters.grounding.checks.agreements import check_agreements
from pipeline.adapters.grounding.checks.attribution import check_attribution
from pipeline.adapters.grounding.checks.causes import check_causes
from pipeline.adapters.grounding.checks.complaints import check_complaints
from pipeline.adapters.grounding.checks.dates import check_dates
from pipeline.adapters.grounding.checks.disputes import check_disputes
from pipeline.adapters.grounding.checks.doubtful import check_doubtful
from pipeline.adapters.grounding.checks.ground import Ground, Outcome, ground_of
from pipeline.adapters.grounding.checks.hearing import check_hearing
from pipeline.adapters.grounding.checks.ladders import check_ladders
from pipeline.adapters.grounding.checks.medications import check_medications
from pipeline.adapters.grounding.checks.names import check_names
from pipeline.adapters.grounding.checks.negation import check_negation
from pipeline.adapters.grounding.checks.numbers import check_numbers
from pipeline.adapters.grounding.checks.quotations import check_quotations
from pipeline.adapters.grounding.checks.records import check_records
from pipeline.adapters.grounding.checks.risk_levels import check_risk_levels
from pipeline.adapters.grounding.checks.risks import check_risks
from pipeline.adapters.grounding.checks.sides import check_sides
from pipeline.adapters.grounding.checks.times import check_times

CHECKS: dict[str, Callable[[Ground], Outcome]] = {
    "numbers": check_numbers,
    "negation": check_negation,
    "complaints": check_complaints,
    "risk": check_risks,
    "risk_level": check_risk_levels,
    "attribution": check_attribution,
    "agreement": check_agreements,
    "disputes": check_disputes,
    "medications": check_medications,
    "sides": check_sides,
    "names": check_names,
    "time": check_times,
    "dates": check_dates,
    "doubtful": check_doubtful,
    "degree": check_ladders,
    "causes": check_causes,
    "quotations": check_quotations,
    "hearing": check_hearing,
    "session_facts": check_records,
    "not_assessed": check_absences,
}

__all__ = ["CHECKS", "Ground", "Outcome", "ground_of"]
