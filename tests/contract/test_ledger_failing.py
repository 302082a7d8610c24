"""What becomes of a stage that failed, crashed or was never heard of again, on every database."""

from datetime import timedelta

import pytest

from pipeline.adapters.database import LedgerLimits, SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import Stage, StageStatus, WorkerId
from pipeline.errors import (
    RecordingSilentError,
    RetryImpossibleError,
    RunUnknownError,
    StageCrashedError,
    StoreUnavailableError,
    UnexpectedError,
)
from tests.factories import WORKER, accepted_session, run_through, taken
from tests.ledger_views import entries, events, reason_of, status_of
from tests.servers.databases import OpenLedger, ShiftedTime

HOUR = timedelta(hours=1)


def test_permanent_failure_ends_the_run(ledger: SqlLedger) -> None:
    """What cannot help a second time is not tried a second time."""
    accepted = accepted_session(ledger)

    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingSilentError())

    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.FAILED
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == "recording_silent"
    assert ledger.claim(Stage.TRANSCRIBE, WORKER) is None


def test_failed_run_keeps_its_inputs(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A clock that waits for verification does not start because tries ran out."""
    accepted = accepted_session(ledger)
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingSilentError())
    time_passes.advance(timedelta(days=4000))

    report = ledger.sweep(HOUR)

    assert report.purges_opened == 0
    assert [artifact.kind for artifact in ledger.session(accepted.session_id).artifacts] == [ArtifactKind.RECORDING]


def test_passing_failure_waits_longer_each_time(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """The wait doubles, and after the last try the run has failed."""
    accepted = accepted_session(ledger)
    early = []
    for wait in (30, 60, 120):
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), StoreUnavailableError())
        time_passes.advance(timedelta(seconds=wait - 2))
        early.append(ledger.claim(Stage.TRANSCRIBE, WORKER))
        time_passes.advance(timedelta(seconds=2))
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), StoreUnavailableError())

    assert early == [None, None, None]
    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.FAILED
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == "store_unavailable"


def test_wait_is_capped(open_ledger: OpenLedger, time_passes: ShiftedTime) -> None:
    """However often a stage failed, the next try comes within the cap."""
    ledger = open_ledger(LedgerLimits(tries=100, longest_backoff=timedelta(minutes=2)))
    accepted_session(ledger)

    for _ in range(8):
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), StoreUnavailableError())
        time_passes.advance(timedelta(minutes=2))

    assert ledger.claim(Stage.TRANSCRIBE, WORKER) is not None


def test_failing_purge_is_never_given_up(open_ledger: OpenLedger, time_passes: ShiftedTime) -> None:
    """A deletion that is due is tried until it is done."""
    ledger = open_ledger(LedgerLimits(tries=2))
    accepted = accepted_session(ledger)
    ledger.make_due(accepted.session_id, [ArtifactKind.RECORDING], "test", "test")

    for _ in range(6):
        ledger.fail(taken(ledger, Stage.PURGE), StoreUnavailableError())
        time_passes.advance(timedelta(hours=1))

    assert ledger.claim(Stage.PURGE, WORKER) is not None


def test_third_lost_worker_quarantines(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A run whose workers die is tried three times and then waits for a person."""
    accepted = accepted_session(ledger)
    reports = []
    for number in range(3):
        taken(ledger, Stage.TRANSCRIBE, WorkerId(f"worker-{number}"))
        time_passes.advance(timedelta(minutes=5))
        reports.append(ledger.sweep(HOUR))

    assert [(report.leases_expired, report.quarantined) for report in reports] == [(1, 0), (1, 0), (1, 1)]
    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.QUARANTINED
    assert reason_of(ledger, accepted.session_id, Stage.TRANSCRIBE) == "stage_crashed"
    assert events(ledger, "transcribe").count("lease_expired") == 3
    assert events(ledger, "transcribe")[-1] == "stage_quarantined"


def test_crashing_models_do_not_use_up_tries(open_ledger: OpenLedger) -> None:
    """A model that died counts as a crash, and errors it raised before count apart."""
    ledger = open_ledger(LedgerLimits(tries=2, backoff=timedelta(0)))
    accepted = accepted_session(ledger)
    for error in (StageCrashedError(), StoreUnavailableError(), StageCrashedError()):
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), error)

    run = ledger.session(accepted.session_id).runs[0]
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), StageCrashedError())

    assert (run.status, run.crash_count) == (StageStatus.READY, 2)
    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.QUARANTINED


def test_quarantine_spares_other_sessions(ledger: SqlLedger) -> None:
    """A session that kills its workers costs the others nothing."""
    poison = accepted_session(ledger)
    for _ in range(3):
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), StageCrashedError())
    other = accepted_session(ledger)

    run_through(ledger, Stage.TRANSCRIBE)

    assert status_of(ledger, poison.session_id, Stage.TRANSCRIBE) is StageStatus.QUARANTINED
    assert status_of(ledger, other.session_id, Stage.TRANSCRIBE) is StageStatus.SUCCEEDED


def test_retry_gives_fresh_tries(ledger: SqlLedger) -> None:
    """A person can send a quarantined run on, and who did is recorded."""
    accepted = accepted_session(ledger)
    for _ in range(3):
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), StageCrashedError())

    ledger.retry(accepted.run_id, "operator-7")

    run_through(ledger, Stage.TRANSCRIBE)
    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.SUCCEEDED
    retried = next(entry for entry in entries(ledger, "transcribe") if entry["event"] == "stage_retried")
    assert retried["facts"]["actor"] == "operator-7"


def test_only_bad_ends_can_be_retried(ledger: SqlLedger) -> None:
    """A run that succeeded, and one that nobody knows, cannot be tried again."""
    accepted = accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)

    with pytest.raises(RetryImpossibleError):
        ledger.retry(accepted.run_id, "operator-7")
    with pytest.raises(RunUnknownError):
        ledger.retry(type(accepted.run_id)("run-of-nobody"), "operator-7")


def test_unexpected_error_leaves_its_class_name_only(ledger: SqlLedger) -> None:
    """What nobody planned for is recorded by the name of its class."""
    accepted_session(ledger)

    ledger.fail(taken(ledger, Stage.TRANSCRIBE), UnexpectedError(kind="ZeroDivisionError"))

    facts = entries(ledger, "transcribe")[-1]["facts"]
    assert (facts["reason_code"], facts["error"], facts["will_retry"]) == (
        "unexpected_error",
        "ZeroDivisionError",
        True,
    )
