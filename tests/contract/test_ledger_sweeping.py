"""What a sweep finds, on every database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.retention import RetentionTrigger
from pipeline.domain.session import Stage
from pipeline.errors import RecordingSilentError, StoreUnavailableError
from pipeline.ports import SweepReport
from tests.factories import accepted_session, keep_days, taken
from tests.ledger_views import outline
from tests.servers.databases import OpenLedger, ShiftedTime

MINUTE = timedelta(minutes=1)


def test_nothing_to_put_right(ledger: SqlLedger) -> None:
    """A sweep over a healthy ledger reports nothing."""
    accepted_session(ledger)
    taken(ledger, Stage.TRANSCRIBE)

    assert ledger.sweep(MINUTE) == SweepReport()


def test_ready_run_nobody_heard_of_is_named_once_a_period(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A lost message costs one period: the run is named then, and again only a period later."""
    accepted = accepted_session(ledger)
    fresh = ledger.sweep(MINUTE).unrung
    time_passes.advance(MINUTE)

    named = [ledger.sweep(MINUTE).unrung, ledger.sweep(MINUTE).unrung]
    time_passes.advance(MINUTE)

    assert fresh == ()
    assert named == [((Stage.TRANSCRIBE, accepted.run_id),), ()]
    assert ledger.sweep(MINUTE).unrung == ((Stage.TRANSCRIBE, accepted.run_id),)


def test_run_that_must_wait_is_not_named(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A run that backs off is rung for when its wait is over."""
    accepted_session(ledger)
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), StoreUnavailableError())
    time_passes.advance(timedelta(seconds=20))
    early = ledger.sweep(timedelta(seconds=1)).unrung
    time_passes.advance(timedelta(seconds=20))

    late = ledger.sweep(timedelta(seconds=1)).unrung

    assert early == ()
    assert [stage for stage, _ in late] == [Stage.TRANSCRIBE]


def test_lapsed_run_is_named_as_ready_again(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A run whose worker died is ready from the sweep on, and rung for a period later."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    time_passes.advance(timedelta(minutes=2))

    report = ledger.sweep(MINUTE)
    again = taken(ledger, Stage.TRANSCRIBE)

    assert (report.leases_expired, report.quarantined) == (1, 0)
    assert (again.run_id, again.attempt) == (accepted.run_id, lease.attempt + 1)


def test_many_sweeps_at_once_open_one_purge(open_ledger: OpenLedger, time_passes: ShiftedTime) -> None:
    """A due session gets one purge, however many sweeps find it at once."""
    ledgers = [open_ledger() for _ in range(4)]
    sessions = [accepted_session(ledgers[0], policy=keep_days(1, RetentionTrigger.INTAKE)).session_id for _ in range(3)]
    time_passes.advance(timedelta(days=2))

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda ledger: ledger.sweep(MINUTE), ledgers))

    assert sum(report.purges_opened for report in reports) == 3
    assert [outline(ledgers[0], session_id) for session_id in sessions] == [
        [("transcribe", "ready"), ("purge", "ready")]
    ] * 3


def test_purge_that_failed_for_good_waits_for_a_person(ledger: SqlLedger) -> None:
    """A sweep opens no second purge beside a failed one, and a person's request does."""
    accepted = accepted_session(ledger)
    ledger.make_due(accepted.session_id, [ArtifactKind.RECORDING], "test", "test")
    ledger.fail(taken(ledger, Stage.PURGE), RecordingSilentError())

    swept = ledger.sweep(MINUTE)
    ledger.make_due(accepted.session_id, [ArtifactKind.RECORDING], "test", "test")

    assert swept.purges_opened == 0
    assert outline(ledger, accepted.session_id)[1:] == [("purge", "failed"), ("purge", "ready")]
