"""Steering: pause, drain, cancel, discard, priorities and turns, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.audit.check import check_audit
from pipeline.domain.operating import Decision, QueueState, RunFilter
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.errors import (
    LeaseLostError,
    OperationConflictError,
    ReasonInvalidError,
    RecordingSilentError,
    RetryImpossibleError,
    StageCrashedError,
    WorkerUnknownError,
)
from tests.factories import WORKER, accepted_session, finish, make_session, run_through, taken
from tests.ledger_views import entries, events, outline, reason_of, replayed_states, row_states, status_of
from tests.servers.databases import OpenLedger, ShiftedTime

WHY = Decision("operator-7", "engine-upgrade")


def failed_run(ledger: SqlLedger, session_id: SessionId | None = None) -> RunId:
    """Return a run that failed for good."""
    accepted = accepted_session(ledger, make_session(session_id))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingSilentError())
    return accepted.run_id


def test_paused_stage_starts_nothing_until_it_is_opened(open_ledger: OpenLedger) -> None:
    """A pause on one machine is obeyed on another, work in progress finishes, and other stages go on."""
    here, there = open_ledger(), open_ledger()
    for _ in range(2):
        accepted_session(here)
    under_way = taken(there, Stage.TRANSCRIBE)

    here.steer(Stage.TRANSCRIBE, QueueState.PAUSED, WHY)

    finish(there, under_way)
    assert there.claim(Stage.TRANSCRIBE, WORKER) is None
    assert there.claim(Stage.DRAFT, WORKER) is not None
    here.steer(Stage.TRANSCRIBE, QueueState.OPEN, WHY)
    assert there.claim(Stage.TRANSCRIBE, WORKER) is not None
    assert events(here, "operator") == ["queue_paused", "queue_resumed"]
    assert entries(here, "operator")[0]["facts"] == {
        "actor": "operator-7",
        "reason": "engine-upgrade",
        "stage": "transcribe",
    }


def test_draining_stage_works_off_what_was_ready(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """What was ready at that moment is taken; what comes later waits."""
    before = accepted_session(ledger)
    ledger.steer(Stage.TRANSCRIBE, QueueState.DRAINING, WHY)
    time_passes.advance(timedelta(seconds=5))
    accepted_session(ledger)

    first, second = (ledger.claim(Stage.TRANSCRIBE, WORKER) for _ in range(2))

    assert first is not None
    assert first.session.session_id == before.session_id
    assert second is None


def test_second_operator_is_told_that_another_was_first(ledger: SqlLedger) -> None:
    """Doing again what was done raises a conflict that names the state, and records nothing."""
    seen = ledger.control(Stage.DRAFT)
    ledger.steer(Stage.DRAFT, QueueState.PAUSED, WHY, seen.revision)

    with pytest.raises(OperationConflictError) as again:
        ledger.steer(Stage.DRAFT, QueueState.PAUSED, Decision("operator-8", "same-idea"))
    with pytest.raises(OperationConflictError):
        ledger.steer(Stage.DRAFT, QueueState.OPEN, Decision("operator-8", "stale-page"), seen.revision)

    assert again.value.facts == {"stage": "draft", "state": "paused"}
    assert ledger.control(Stage.DRAFT).actor == "operator-7"
    assert events(ledger, "operator") == ["queue_paused"]


def test_drained_worker_takes_no_further_run(ledger: SqlLedger) -> None:
    """One worker is drained; the others go on, and it takes runs again when told to."""
    accepted_session(ledger)
    ledger.beat_worker(WORKER, Stage.TRANSCRIBE, "idle")

    ledger.drain_worker(WORKER, WHY)

    assert ledger.claim(Stage.TRANSCRIBE, WORKER) is None
    assert ledger.workers()[0].drain_since is not None
    with pytest.raises(OperationConflictError):
        ledger.drain_worker(WORKER, WHY)
    ledger.resume_worker(WORKER, WHY)
    assert ledger.claim(Stage.TRANSCRIBE, WORKER) is not None
    with pytest.raises(OperationConflictError):
        ledger.resume_worker(WORKER, WHY)
    with pytest.raises(WorkerUnknownError):
        ledger.drain_worker(WorkerId("worker-nobody"), WHY)


def test_cancelled_session_stops_at_once(ledger: SqlLedger) -> None:
    """A running worker loses its lease, nothing follows, nothing is deleted, and the log tells it."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)

    ended = ledger.cancel_session(accepted.session_id, WHY)

    assert list(ended) == [accepted.run_id]
    assert not ledger.renew(lease)
    with pytest.raises(LeaseLostError):
        finish(ledger, lease)
    assert outline(ledger, accepted.session_id) == [("transcribe", "cancelled")]
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == "session_cancelled"
    assert len(ledger.session(accepted.session_id).artifacts) == 1
    assert replayed_states(ledger) == row_states(ledger)
    assert check_audit(ledger, None).intact
    with pytest.raises(OperationConflictError):
        ledger.cancel_session(accepted.session_id, WHY)


def test_cancelled_session_can_be_taken_up_again(ledger: SqlLedger) -> None:
    """A cancellation by mistake is undone by a retry."""
    accepted = accepted_session(ledger)
    ledger.cancel_session(accepted.session_id, WHY)

    ledger.retry_run(accepted.run_id, Decision("operator-8", "by-mistake"))

    run_through(ledger)
    assert status_of(ledger, accepted.session_id, Stage.VERIFY) is StageStatus.SUCCEEDED


def test_discarded_run_is_set_aside(ledger: SqlLedger) -> None:
    """Only what ended badly can be discarded, and once."""
    run_id = failed_run(ledger)

    ledger.discard(run_id, WHY)

    assert row_states(ledger)[run_id] == "cancelled"
    assert ledger.retry_matching(RunFilter(), WHY) == ()
    with pytest.raises(OperationConflictError):
        ledger.discard(run_id, WHY)


def test_only_quarantine_is_released(ledger: SqlLedger) -> None:
    """A run that crashed too often is released with fresh tries; a failed one is not in quarantine."""
    accepted = accepted_session(ledger)
    for _ in range(3):
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), StageCrashedError())
    failed = failed_run(ledger)

    ledger.release_quarantined(accepted.run_id, WHY)

    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.READY
    with pytest.raises(OperationConflictError):
        ledger.release_quarantined(failed, WHY)
    with pytest.raises(RetryImpossibleError):
        ledger.retry_run(accepted.run_id, WHY)


def test_retrying_all_that_match_touches_no_other(ledger: SqlLedger) -> None:
    """A filter by stage and reason retries exactly those runs, each with its audit entry."""
    failed = {failed_run(ledger) for _ in range(3)}
    accepted_session(ledger)

    none = ledger.retry_matching(RunFilter(reason_code="no_speech"), WHY)
    ready = ledger.retry_matching(RunFilter(Stage.TRANSCRIBE, "recording_silent"), WHY)

    assert none == ()
    assert {run_id for _, run_id in ready} == failed
    assert events(ledger, "transcribe").count("stage_retried") == 3


def test_priority_moves_a_session_ahead(ledger: SqlLedger) -> None:
    """A changed priority counts at once, and for the stages that follow."""
    first, second = accepted_session(ledger), accepted_session(ledger)

    ledger.change_priority(second.session_id, 5, WHY)

    order = [taken(ledger, Stage.TRANSCRIBE) for _ in range(2)]
    assert [lease.session.session_id for lease in order] == [second.session_id, first.session_id]
    for lease in order:
        finish(ledger, lease)
    assert taken(ledger, Stage.DRAFT).session.priority == 5


def test_clinicians_take_turns(ledger: SqlLedger) -> None:
    """Of one priority each clinician's next session comes in the next round, whoever handed in first or more."""
    for clinician in ("clin-a", "clin-a", "clin-a", "clin-b", "clin-b"):
        accepted_session(ledger, replace(make_session(), clinician=clinician))
    order = [taken(ledger, Stage.TRANSCRIBE).session.clinician for _ in range(2)]
    accepted_session(ledger, replace(make_session(), clinician="clin-c"))

    order += [taken(ledger, Stage.TRANSCRIBE).session.clinician for _ in range(4)]

    assert order == ["clin-a", "clin-b", "clin-a", "clin-b", "clin-c", "clin-a"]


def test_a_reason_is_a_code() -> None:
    """Free text is refused as a reason and as an actor, for it could hold what was said."""
    with pytest.raises(ReasonInvalidError):
        Decision("operator-7", "the client said so")
    with pytest.raises(ReasonInvalidError):
        Decision("", "engine-upgrade")
