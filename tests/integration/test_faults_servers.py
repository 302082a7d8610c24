"""Servers that go away in mid-run and come back: work waits, and nothing is lost or done twice."""

import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import redis

from pipeline.adapters.database import migrate
from pipeline.domain.session import Stage, StageStatus
from tests.chaos.deployments import DURABLE, Deployment, make_settings
from tests.chaos.fixtures import Interrupted
from tests.ledger_views import entries, outline
from tests.servers.postgres import crash_cluster, restart_cluster, start_cluster, stop_cluster
from tests.waiting import until

pytestmark = [pytest.mark.servers, pytest.mark.slow]

WHOLE = [(stage.value, StageStatus.SUCCEEDED.value) for stage in Stage]
BUSY = timedelta(milliseconds=300)


def has_begun(deployment: Deployment, stage: Stage) -> bool:
    """Say whether the first session's run of a stage was taken."""
    return deployment.status(stage) not in {None, StageStatus.READY}


def all_whole(deployment: Deployment) -> bool:
    """Say whether every session went through every stage once."""
    return all(outline(deployment.wiring.ledger, session_id) == WHOLE for session_id in deployment.sessions)


def test_a_flushed_redis_loses_nothing(on_servers: Deployment) -> None:
    """Redis emptied again and again in mid-run costs messages and no work."""
    for _ in range(4):
        on_servers.submit()
    for _ in range(2):
        on_servers.start(takes=BUSY)
    with redis.Redis.from_url(on_servers.settings.redis_url.get_secret_value()) as client:
        for _ in range(15):
            client.flushall()
            time.sleep(0.1)

    assert on_servers.settle()
    assert all_whole(on_servers)
    assert on_servers.violations() == []


def test_work_goes_on_without_redis(interrupted_redis: Interrupted) -> None:
    """With Redis out of reach from the start, recordings are accepted and workers find the work by themselves."""
    deployment = interrupted_redis.deployment
    interrupted_redis.server.shut()
    deployment.submit()
    deployment.start()

    assert deployment.settle()
    assert all_whole(deployment)
    assert deployment.violations() == []


def test_a_redis_that_comes_back_is_heard_again(interrupted_redis: Interrupted) -> None:
    """Workers that lost Redis for seconds answer its rings again, without a restart."""
    deployment = interrupted_redis.deployment
    deployment.start(settings=deployment.quiet)
    first = deployment.submit()
    assert until(lambda: deployment.status(Stage.VERIFY, first) is StageStatus.SUCCEEDED)
    interrupted_redis.server.shut()
    time.sleep(2)
    interrupted_redis.server.open()
    time.sleep(1)
    second = deployment.submit()

    assert until(lambda: deployment.status(Stage.VERIFY, second) is StageStatus.SUCCEEDED)


def test_answers_of_redis_that_are_lost_change_nothing(interrupted_redis: Interrupted) -> None:
    """Commands that Redis carried out and never confirmed lead to no second run and no lost one."""
    deployment = interrupted_redis.deployment
    deployment.start(takes=BUSY)
    interrupted_redis.server.keep_answers()
    for _ in range(3):
        deployment.submit()
    interrupted_redis.server.open()

    assert deployment.settle()
    assert all_whole(deployment)
    assert deployment.violations() == []


def test_a_database_that_is_cut_off_is_waited_for(interrupted_postgres: Interrupted) -> None:
    """Workers whose database is gone for longer than a lease go on when it is back."""
    deployment = interrupted_postgres.deployment
    for _ in range(3):
        deployment.submit()
    for _ in range(2):
        deployment.start(takes=BUSY)
    assert until(partial(has_begun, deployment, Stage.TRANSCRIBE))
    interrupted_postgres.server.shut()
    time.sleep(2)
    interrupted_postgres.server.open()

    assert deployment.settle()
    assert all_whole(deployment)
    assert deployment.violations() == []


def test_a_database_that_crashed_is_waited_for(tmp_path: Path) -> None:
    """Workers outlive a PostgreSQL that crashes and recovers under them, again and again."""
    cluster = start_cluster(*DURABLE)
    migrate(cluster.url("postgres"))
    deployment = Deployment(make_settings(tmp_path, cluster.url("postgres")), tmp_path)
    for _ in range(3):
        deployment.submit()
    for _ in range(2):
        deployment.start(takes=BUSY)
    for stage in (Stage.TRANSCRIBE, Stage.VERIFY):
        assert until(partial(has_begun, deployment, stage))
        crash_cluster(cluster)
        cluster = restart_cluster(cluster)
    settled = deployment.settle()

    assert settled
    assert all_whole(deployment)
    assert deployment.violations() == []
    deployment.close()
    stop_cluster(cluster)


def test_commits_that_were_never_confirmed_count_once(interrupted_postgres: Interrupted) -> None:
    """A worker that never learns whether its transaction was committed neither repeats nor loses it."""
    deployment = interrupted_postgres.deployment
    for _ in range(4):
        deployment.submit()
    for _ in range(2):
        deployment.start(takes=BUSY)
    for _ in range(12):
        interrupted_postgres.server.keep_answers()
        time.sleep(0.1)
        interrupted_postgres.server.open()
        time.sleep(0.2)

    assert deployment.settle()
    assert all_whole(deployment)
    assert deployment.violations() == []


def test_a_store_that_is_cut_off_is_tried_again(interrupted_store: Interrupted) -> None:
    """A stage that cannot reach the store fails for a passing reason, and succeeds when the store is back."""
    deployment = interrupted_store.deployment
    session_id = deployment.submit()
    interrupted_store.server.shut()
    deployment.start()
    assert until(lambda: deployment.row().runs[0].reason_code == "store_unavailable")
    interrupted_store.server.open()

    assert deployment.settle()
    assert outline(deployment.wiring.ledger, session_id) == WHOLE
    assert {e["facts"]["reason_code"] for e in failures(deployment)} == {"store_unavailable"}
    assert all(entry["facts"]["will_retry"] for entry in failures(deployment))
    assert deployment.violations() == []


def test_a_write_that_was_never_confirmed_is_no_reason_to_give_up(interrupted_store: Interrupted) -> None:
    """An object that was stored without the worker's learning of it does not end the session."""
    deployment = interrupted_store.deployment
    session_id = deployment.submit()
    interrupted_store.server.lose_one_answer(b"PUT /")
    with deployment.fresh_worker():
        settled = deployment.settle()

    assert settled
    assert interrupted_store.server.has_lost_it
    assert outline(deployment.wiring.ledger, session_id) == WHOLE
    assert deployment.violations() == []


def test_a_deletion_that_was_never_confirmed_is_certified_all_the_same(interrupted_store: Interrupted) -> None:
    """A deletion whose answer was lost is repeated, and its certificate says that nothing is left."""
    deployment = interrupted_store.deployment
    session_id = deployment.submit()
    interrupted_store.server.lose_one_answer(b"POST /")
    with deployment.fresh_worker():
        settled = deployment.settle()

    assert settled
    assert interrupted_store.server.has_lost_it
    assert outline(deployment.wiring.ledger, session_id) == WHOLE
    assert len(deployment.wiring.ledger.certificates(session_id)) == 1
    assert deployment.violations() == []


def failures(deployment: Deployment) -> list[dict[str, dict[str, object]]]:
    """Return the failures that were recorded."""
    return [e for e in entries(deployment.wiring.ledger, "transcribe") if e["event"] == "stage_failed"]
