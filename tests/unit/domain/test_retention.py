"""Retention: when what is due."""

from datetime import datetime, timedelta

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.retention import RetentionPolicy, RetentionRule, RetentionTrigger, clocks
from tests.fakes import NOON

DAY = timedelta(days=1)
INTAKE = {RetentionTrigger.INTAKE: NOON}
SIGNED = {**INTAKE, RetentionTrigger.SIGNED: NOON + 5 * DAY}


def due(rules: list[RetentionRule], moments: dict[RetentionTrigger, datetime]) -> datetime | None:
    return clocks(RetentionPolicy("test", tuple(rules)), moments)[0].due_at


def rule(trigger: RetentionTrigger, days: int, at_most: int | None = None) -> RetentionRule:
    cap = None if at_most is None else at_most * DAY
    return RetentionRule(ArtifactKind.TRANSCRIPT, trigger, days * DAY, cap)


@pytest.mark.parametrize(
    ("rules", "moments", "days"),
    [
        ([rule(RetentionTrigger.SIGNED, 30)], INTAKE, None),
        ([rule(RetentionTrigger.SIGNED, 30)], SIGNED, 35),
        ([rule(RetentionTrigger.SIGNED, 30, at_most=10)], SIGNED, 10),
        ([rule(RetentionTrigger.SIGNED, 30, at_most=90)], INTAKE, 90),
        ([rule(RetentionTrigger.INTAKE, 3), rule(RetentionTrigger.SIGNED, 1)], SIGNED, 6),
        ([rule(RetentionTrigger.INTAKE, 3), rule(RetentionTrigger.SIGNED, 1)], INTAKE, None),
    ],
    ids=["waits", "runs", "capped", "capped-untriggered", "later-duty-wins", "an-unstarted-duty-holds"],
)
def test_a_clock_runs_from_its_trigger(
    rules: list[RetentionRule], moments: dict[RetentionTrigger, datetime], days: int | None
) -> None:
    """Clocks wait for their trigger, stop at their cap, and of two duties the later wins."""
    expected = None if days is None else NOON + days * DAY

    assert due(rules, moments) == expected
