"""A short soak under all faults at once; ``make chaos`` is the long one."""

from datetime import timedelta

import pytest

from tests.chaos.deployments import Deployment
from tests.chaos.soak import Plan, Soak

pytestmark = pytest.mark.slow

SEED = 20261120


def test_faults_at_random_break_nothing(deployment: Deployment) -> None:
    """After seconds of deaths, stalls, outages, withdrawals and holds, every invariant holds."""
    result = Soak(deployment, Plan(timedelta(seconds=8), SEED, workers=3)).run()

    assert result.settled
    assert result.violations == []
    assert result.counts["results committed"] > 0
    assert result.counts["workers killed"] > 0
