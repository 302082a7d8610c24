"""Workers that stop for longer than their lease and then go on, and messages that come more than once."""

from datetime import timedelta

import dramatiq
import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, Stage, StageStatus
from tests.chaos.deployments import Deployment, is_stopped
from tests.chaos.fates import Point, SleepAt
from tests.ledger_views import entries, events, outline
from tests.waiting import until
from workers.broker import make_broker
from workers.doorbell import actor_name
from workers.sweep import sweep

pytestmark = pytest.mark.slow

WHOLE = [(stage.value, StageStatus.SUCCEEDED.value) for stage in Stage]
ZOMBIES = [
    (Stage.TRANSCRIBE, Point.IN_WORK),
    (Stage.TRANSCRIBE, Point.BEFORE_COMPLETE),
    (Stage.DRAFT, Point.BEFORE_COMPLETE),
    (Stage.VERIFY, Point.AFTER_WRITE),
    (Stage.PURGE, Point.AFTER_KEYS),
    (Stage.PURGE, Point.BEFORE_COMPLETE),
]


@pytest.mark.parametrize(("stage", "point"), ZOMBIES, ids=[f"{stage}-{point}" for stage, point in ZOMBIES])
def test_a_worker_that_outlived_its_lease_changes_nothing(deployment: Deployment, stage: Stage, point: Point) -> None:
    """A worker that was stopped past its lease and goes on is turned away by the fence."""
    session_id = deployment.submit()
    deployment.outlive(stage, point)

    assert outline(deployment.wiring.ledger, session_id) == WHOLE
    assert '"outcome": "lease_lost"' in deployment.log.read_text()
    assert deployment.violations() == []


def test_a_late_result_is_not_the_one_that_counts(embedded: Deployment) -> None:
    """What a late worker wrote to the store is an object of its own, and no row points to it."""
    session_id = embedded.submit()
    embedded.outlive(Stage.TRANSCRIBE, Point.BEFORE_COMPLETE)
    objects = [version.key for version in embedded.wiring.objects.versions(f"sessions/{session_id}/transcript/")]

    assert len(objects) == 2
    assert {a.object_key for a in embedded.row().artifacts if a.kind is ArtifactKind.TRANSCRIPT} < set(objects)
    assert embedded.violations() == []
    assert embedded.orphans == 2


@pytest.mark.servers
def test_fifty_messages_are_one_run(on_servers: Deployment) -> None:
    """The same message fifty times, with three workers listening, is one start and one commit."""
    session_id = on_servers.submit()
    (first,) = on_servers.row().runs
    flood(on_servers, session_id, first.run_id)
    for _ in range(3):
        on_servers.start(settings=on_servers.patient, takes=timedelta(milliseconds=300))

    assert until(lambda: on_servers.status(Stage.PURGE) is StageStatus.SUCCEEDED)
    assert [on_servers.wiring.ledger.session(session_id).runs[i].attempt for i in range(4)] == [1, 1, 1, 1]
    assert events(on_servers.wiring.ledger, "transcribe") == ["stage_opened", "stage_started", "stage_succeeded"]
    assert on_servers.violations() == []


def flood(deployment: Deployment, session_id: SessionId, run_id: str) -> None:
    """Put fifty messages for a run on the queue of its stage, and some that are stale or mean nothing."""
    broker = make_broker(deployment.settings.redis_url.get_secret_value())
    for ring in [run_id] * 50 + ["run-unknown", session_id]:
        for stage in (Stage.TRANSCRIBE, Stage.VERIFY):
            message: dramatiq.Message[None] = dramatiq.Message(
                queue_name=stage, actor_name=actor_name(stage), args=(ring,), kwargs={}, options={}
            )
            broker.enqueue(message)


def test_two_sweeps_at_once_count_a_death_once(deployment: Deployment) -> None:
    """However many workers sweep at once, a lapsed lease is one crash and a due purge one run."""
    session_id = deployment.submit()
    dying = deployment.start(fate=SleepAt(Stage.TRANSCRIBE, Point.IN_WORK))
    assert until(lambda: is_stopped(dying.pid or 0))
    dying.kill()
    dying.join()
    for _ in range(3):
        deployment.start(stages=(Stage.PURGE,))
    ledger = deployment.wiring.ledger
    assert until(lambda: deployment.status(Stage.TRANSCRIBE) is StageStatus.READY)
    sweep(ledger, deployment.doorbell, timedelta(0))
    with deployment.fresh_worker(settings=deployment.patient):
        settled = deployment.settle()

    expired = [entry for entry in entries(ledger, "transcribe") if entry["event"] == "lease_expired"]
    assert settled
    assert [entry["facts"]["crash_count"] for entry in expired] == [1]
    assert outline(ledger, session_id) == WHOLE
    assert deployment.violations() == []
