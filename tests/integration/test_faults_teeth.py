"""The audit that every fault test ends with finds what it is there to find."""

import io
from collections.abc import Callable

import pytest

from pipeline.domain.session import SessionId, Stage
from tests.chaos.deployments import Deployment
from tests.chaos.fates import Point
from tests.chaos.invariants import Rule

pytestmark = pytest.mark.slow


def run_sql(deployment: Deployment, statement: str) -> None:
    """Change rows past the ledger."""
    with deployment.wiring.ledger.database.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def forget_a_session(deployment: Deployment) -> None:
    """Expect a session that nobody knows of."""
    deployment.sessions.append(SessionId("session-that-was-lost"))


def leave_a_run_open(deployment: Deployment) -> None:
    """Have a run that nobody finishes."""
    run_sql(deployment, "UPDATE stage_runs SET status = 'running' WHERE stage = 'draft'")


def drop_a_stage(deployment: Deployment) -> None:
    """Have a session end after its first stage."""
    run_sql(deployment, "UPDATE artifacts SET run_id = NULL")
    run_sql(deployment, "DELETE FROM stage_runs WHERE stage IN ('draft', 'verify')")


def certify_twice(deployment: Deployment) -> None:
    """Have two certificates of one deletion."""
    run_sql(
        deployment,
        "INSERT INTO certificates SELECT 'cert-again', session_id, run_id, body, signature, signing_key_id, issued_at "
        "FROM certificates",
    )


def swap_an_object(deployment: Deployment) -> None:
    """Put another object where a row points."""
    key = deployment.row().artifacts[0].object_key
    deployment.wiring.objects.destroy(key)
    deployment.wiring.objects.put(key, io.BytesIO(b"something else"))


def lose_an_object(deployment: Deployment) -> None:
    """Remove an object that a row points to."""
    deployment.wiring.objects.destroy(deployment.row().artifacts[0].object_key)


def start_too_early(deployment: Deployment) -> None:
    """Have the log say that drafting began before there was a transcript."""
    run_sql(deployment, "DROP TRIGGER audit_entries_no_update")
    earlier = """replace(body, '"at":"2', '"at":"1')"""
    run_sql(deployment, f"UPDATE audit_entries SET body = {earlier} WHERE stream = 'draft'")  # noqa: S608 - a constant


def destroy_too_early(deployment: Deployment) -> None:
    """Destroy the key of what is not due."""
    run_sql(
        deployment,
        "UPDATE data_keys SET wrapped = NULL, destroyed_at = '2026-01-01 00:00:00.000000' WHERE kind = 'transcript'",
    )


def restore_what_is_deleted(deployment: Deployment) -> None:
    """Have a row of a deleted object count again."""
    run_sql(deployment, "UPDATE artifacts SET deleted_at = NULL WHERE kind = 'recording'")


def rewrite_a_state(deployment: Deployment) -> None:
    """Have a run's row say what its entries do not."""
    run_sql(deployment, "UPDATE stage_runs SET status = 'failed' WHERE stage = 'verify'")


def rewrite_the_log(deployment: Deployment) -> None:
    """Change an entry."""
    run_sql(deployment, "DROP TRIGGER audit_entries_no_update")
    run_sql(deployment, "UPDATE audit_entries SET body = replace(body, 'worker', 'walker') WHERE stream = 'verify'")


BREACHES = [
    (forget_a_session, Rule.NOTHING_LOST),
    (leave_a_run_open, Rule.NOTHING_LOST),
    (drop_a_stage, Rule.NOTHING_LOST),
    (certify_twice, Rule.ONE_OUTPUT),
    (swap_an_object, Rule.TRUE_POINTERS),
    (lose_an_object, Rule.TRUE_POINTERS),
    (start_too_early, Rule.IN_ORDER),
    (destroy_too_early, Rule.NO_EARLY_DELETION),
    (restore_what_is_deleted, Rule.TRUE_POINTERS),
    (rewrite_a_state, Rule.AUDIT_REPLAYS),
    (rewrite_the_log, Rule.AUDIT_REPLAYS),
]


@pytest.mark.parametrize(("breach", "rule"), BREACHES, ids=[breach.__name__ for breach, _ in BREACHES])
def test_every_breach_is_reported(embedded: Deployment, breach: Callable[[Deployment], None], rule: Rule) -> None:
    """A deployment at rest has no violation; after a breach the rule that it broke is named."""
    embedded.submit()
    with embedded.fresh_worker():
        assert embedded.settle()
    before = embedded.violations()
    breach(embedded)

    assert before == []
    assert rule in {violation.rule for violation in embedded.violations()}


@pytest.mark.parametrize("stage", [Stage.TRANSCRIBE, Stage.VERIFY])
def test_without_the_fence_a_late_worker_commits_again(deployment: Deployment, stage: Stage) -> None:
    """With the fence taken away, the audit reports that a stage had two results."""
    deployment.submit()
    deployment.outlive(stage, Point.BEFORE_COMPLETE, fenced=False)

    assert Rule.ONE_OUTPUT in {violation.rule for violation in deployment.violations()}
