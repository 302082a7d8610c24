"""Several worker processes obey what an operator decides, wherever it was decided."""

from datetime import timedelta

import pytest

from pipeline.domain.operating import Decision, QueueState
from pipeline.domain.session import Stage, StageStatus
from tests.chaos.deployments import Deployment
from tests.waiting import until

WHY = Decision("operator-7", "engine-upgrade")
SLOW = timedelta(seconds=1)
LONG = timedelta(seconds=60)


def running(deployment: Deployment) -> int:
    """Return how many transcriptions run."""
    return sum(run.stage is Stage.TRANSCRIBE for run in deployment.wiring.ledger.running())


def transcribed(deployment: Deployment) -> int:
    """Return how many transcriptions succeeded."""
    rows = deployment.wiring.ledger.sessions()
    return sum(
        run.stage is Stage.TRANSCRIBE and run.status is StageStatus.SUCCEEDED for row in rows for run in row.runs
    )


@pytest.mark.slow
def test_workers_obey_pause_cancel_and_drain(deployment: Deployment) -> None:
    """Paused, both processes finish what runs and start nothing; a cancelled session stops; a drained worker rests."""
    ledger = deployment.wiring.ledger
    sessions = [deployment.submit() for _ in range(8)]
    for _ in range(2):
        deployment.start(settings=deployment.patient, takes=SLOW, stages=(Stage.TRANSCRIBE,))
    assert until(lambda: running(deployment) == 2)

    ledger.steer(Stage.TRANSCRIBE, QueueState.PAUSED, WHY)
    assert until(lambda: running(deployment) == 0)
    paused_at = transcribed(deployment)
    assert not until(lambda: running(deployment) > 0, timedelta(seconds=2))
    assert transcribed(deployment) == paused_at >= 1
    assert until(lambda: {w.state for w in ledger.living_workers(LONG)} == {"paused"})

    waiting = next(s for s in sessions if ledger.session(s).runs[0].status is StageStatus.READY)
    ledger.cancel_session(waiting, WHY)
    drained, other = ledger.living_workers(LONG)
    ledger.drain_worker(drained.worker_id, WHY)
    ledger.steer(Stage.TRANSCRIBE, QueueState.OPEN, WHY)
    assert until(lambda: running(deployment) == 1)
    (busy,) = ledger.running()
    ledger.cancel_session(busy.session_id, WHY)

    assert until(lambda: transcribed(deployment) == len(sessions) - 2)
    states = {worker.worker_id: worker.state for worker in ledger.living_workers(LONG)}
    assert busy.worker_id == other.worker_id
    assert states[drained.worker_id] == "drained"
    assert ledger.session(waiting).runs[0].status is StageStatus.CANCELLED
    assert ledger.session(busy.session_id).runs[0].status is StageStatus.CANCELLED
