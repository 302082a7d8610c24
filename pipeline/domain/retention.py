"""How long each artifact is kept, from what moment, and when it is due for deletion."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.domain.artifact import ArtifactKind


class RetentionTrigger(StrEnum):
    """The moment from which a duty to keep runs."""

    INTAKE = "intake"
    VERIFIED = "verified"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Keep a kind of artifact for a time after a trigger."""

    kind: ArtifactKind
    trigger: RetentionTrigger
    keep: timedelta
    #: Delete at the latest this long after intake, whatever the trigger; ``None``: wait for the trigger.
    at_most: timedelta | None = None
    #: Where the duty comes from, for the certificate.
    basis: str = ""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The rules a session was accepted under; later changes of the settings do not touch it."""

    policy_id: str
    rules: tuple[RetentionRule, ...]

    def kinds(self) -> frozenset[ArtifactKind]:
        """Return the kinds that have a rule."""
        return frozenset(rule.kind for rule in self.rules)


@dataclass(frozen=True, slots=True)
class RetentionClock:
    """When one kind of artifact of one session is due, as far as is known; ``None``: its trigger has not come."""

    kind: ArtifactKind
    due_at: datetime | None
    basis: str


def clocks(policy: RetentionPolicy, moments: Mapping[RetentionTrigger, datetime]) -> tuple[RetentionClock, ...]:
    """Return a clock for each kind; of several duties to keep the same kind, the later one wins."""
    return tuple(_clock(kind, (r for r in policy.rules if r.kind is kind), moments) for kind in sorted(policy.kinds()))


def _clock(
    kind: ArtifactKind, rules: Iterable[RetentionRule], moments: Mapping[RetentionTrigger, datetime]
) -> RetentionClock:
    dues = [(_due(rule, moments), rule.basis) for rule in rules]
    for due_at, basis in dues:
        if due_at is None:
            return RetentionClock(kind, None, basis)
    due_at, basis = max(((due, basis) for due, basis in dues if due is not None), key=lambda pair: pair[0])
    return RetentionClock(kind, due_at, basis)


def _due(rule: RetentionRule, moments: Mapping[RetentionTrigger, datetime]) -> datetime | None:
    triggered = moments.get(rule.trigger)
    latest = _latest(rule, moments)
    if triggered is None:
        return latest
    due_at = triggered + rule.keep
    return due_at if latest is None else min(due_at, latest)


def _latest(rule: RetentionRule, moments: Mapping[RetentionTrigger, datetime]) -> datetime | None:
    intake = moments.get(RetentionTrigger.INTAKE)
    return None if rule.at_most is None or intake is None else intake + rule.at_most
