"""Consent that ends while a stage runs, and a disk that is full."""

from datetime import timedelta

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import Purpose
from pipeline.domain.session import Stage, StageStatus
from tests.chaos.deployments import Deployment
from tests.ledger_views import entries, outline, reason_of
from tests.waiting import until

pytestmark = pytest.mark.slow

#: Longer than a busy machine needs to stop what it was told to stop.
LONG = timedelta(minutes=2)


@pytest.mark.parametrize("stage", [Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY])
def test_what_is_made_while_consent_ends_is_not_kept(deployment: Deployment, stage: Stage) -> None:
    """A withdrawal stops the work in progress at once, nothing of it is committed, and what was made is purged."""
    session_id = deployment.submit()
    deployment.run_before(stage)
    ledger = deployment.wiring.ledger
    deployment.start(takes=LONG)
    assert until(lambda: deployment.status(stage) is StageStatus.RUNNING)
    client = ledger.consents(session_id)[0][0].person
    ledger.withdraw(client, tuple(Purpose), None, "test")
    settled = deployment.settle(LONG)

    made = [e for e in entries(ledger, stage.value) if e["event"] == "stage_succeeded"]
    assert settled
    assert reason_of(ledger, session_id, stage) == "consent_withdrawn"
    assert made == []
    assert deployment.status(Stage.PURGE) is StageStatus.SUCCEEDED
    assert deployment.row().artifacts == ()
    assert deployment.violations() == []
    assert list(deployment.wiring.objects.versions("sessions/")) == []


def test_withdrawal_touches_nobody_else(deployment: Deployment) -> None:
    """While one session is stopped and deleted, another goes on to its end."""
    stopped, other = deployment.submit(), deployment.submit()
    ledger = deployment.wiring.ledger
    ledger.withdraw(ledger.consents(stopped)[0][0].person, tuple(Purpose), stopped, "test")
    with deployment.fresh_worker():
        settled = deployment.settle()

    assert settled
    assert outline(ledger, stopped) == [("transcribe", "refused"), ("purge", "succeeded")]
    assert {status for _, status in outline(ledger, other)} == {"succeeded"}
    assert deployment.violations() == []


def test_a_full_disk_is_waited_for(deployment: Deployment) -> None:
    """A worker that cannot write its output fails for a passing reason, and the next one finishes."""
    session_id = deployment.submit()
    cramped = deployment.start(size=3_000_000, file_limit=2_000_000)
    assert until(lambda: deployment.row().runs[0].reason_code == "store_full")
    cramped.kill()
    cramped.join()
    with deployment.fresh_worker():
        settled = deployment.settle()

    failures = [e["facts"] for e in entries(deployment.wiring.ledger, "transcribe") if e["event"] == "stage_failed"]
    assert settled
    assert {(f["reason_code"], f["will_retry"]) for f in failures} == {("store_full", True)}
    assert {status for _, status in outline(deployment.wiring.ledger, session_id)} == {"succeeded"}
    assert ArtifactKind.VERDICTS in {artifact.kind for artifact in deployment.row().artifacts}
    assert deployment.violations() == []
