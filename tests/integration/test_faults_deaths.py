"""A worker killed with SIGKILL at every point of every stage: a fresh one finishes, and every invariant holds."""

import signal

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import Stage, StageStatus
from tests.chaos.deployments import Deployment
from tests.chaos.fates import PURGING, WORKING, DieAt, Point
from tests.ledger_views import outline

DEATHS = [(stage, point) for stage in Stage for point in (PURGING if stage is Stage.PURGE else WORKING)]
WHOLE = [(stage.value, StageStatus.SUCCEEDED.value) for stage in Stage]


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "point"), DEATHS, ids=[f"{stage}-{point}" for stage, point in DEATHS])
def test_a_killed_worker_costs_time_and_nothing_else(deployment: Deployment, stage: Stage, point: Point) -> None:
    """Wherever a worker is killed, another finishes the session with one effect of each stage."""
    session_id = deployment.submit()
    deployment.run_before(stage)
    dying = deployment.start(fate=DieAt(stage, point))
    dying.join(30)
    with deployment.fresh_worker():
        settled = deployment.settle()

    assert dying.exitcode == -signal.SIGKILL
    assert settled
    assert outline(deployment.wiring.ledger, session_id) == WHOLE
    assert ArtifactKind.RECORDING not in {artifact.kind for artifact in deployment.row().artifacts}
    assert deployment.violations() == []
