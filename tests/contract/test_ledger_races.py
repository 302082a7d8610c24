"""Two transactions at once, one stopped just before its commit, on every database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from pipeline.adapters.database import SqlLedger, create_ledger
from pipeline.adapters.database.transactions import database_now
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.session import Stage, StageStatus
from pipeline.errors import LeaseLostError, LegalHoldError
from tests.factories import WORKER, accepted_session, finish, keep_days, run_through, taken
from tests.ledger_views import events, outline, status_of
from tests.servers.databases import OpenLedger

T = TypeVar("T")

CLIENT = PersonRef("person-client")
#: Long enough for a transaction that waits for no lock to be over.
MOMENT = 0.5


class StoppedClock:
    """The database's clock, which stops the caller once, at the reading it is told.

    A transaction reads it when it begins, and again under all its locks, just before its audit entries.
    """

    def __init__(self, database_url: str) -> None:
        self.ledger = create_ledger(database_url, None, self)
        self.reached = threading.Event()
        self.go = threading.Event()
        self._left: int | None = None

    def stop_at(self, reading: int) -> None:
        """Stop at the so-manieth reading from now."""
        self._left = reading

    def __call__(self, connection: Connection) -> datetime:
        """Return the time, after a stop where one was asked for."""
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self.reached.set()
                assert self.go.wait(timeout=20)
        return database_now(connection)


@pytest.fixture
def stopped(database_url: str) -> Iterator[StoppedClock]:
    """Return a ledger that can be stopped with its locks held."""
    clock = StoppedClock(database_url)
    yield clock
    clock.go.set()
    clock.ledger.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return threads for both sides of a race."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


def race(
    pool: ThreadPoolExecutor, stopped: StoppedClock, first: Callable[[], T], second: Callable[[], object]
) -> tuple[Future[T], Future[object], bool]:
    """Stop ``first`` before its commit, start ``second``, let both go on; say whether the second one waited."""
    leading = pool.submit(first)
    assert stopped.reached.wait(timeout=20)
    following = pool.submit(second)
    threading.Event().wait(MOMENT)
    waited = not following.done()
    stopped.go.set()
    return leading, following, waited


def test_withdrawal_waits_for_a_start_and_then_stops_it(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor
) -> None:
    """A withdrawal between a start's check and its commit sees the started run and cancels it."""
    accepted = accepted_session(ledger)
    stopped.stop_at(3)

    starting, withdrawing, waited = race(
        pool,
        stopped,
        lambda: stopped.ledger.claim(Stage.TRANSCRIBE, WORKER),
        lambda: ledger.withdraw(CLIENT, tuple(Purpose), None, "test"),
    )
    lease, touched = starting.result(), withdrawing.result()

    assert waited
    assert touched == (accepted.session_id,)
    assert lease is not None
    assert ledger.renew(lease) is False
    assert outline(ledger, accepted.session_id) == [("transcribe", "refused"), ("purge", "ready")]


def test_start_waits_for_a_withdrawal_and_is_refused(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor
) -> None:
    """A start during a withdrawal's commit does not go by the consent of a moment before."""
    accepted = accepted_session(ledger)
    stopped.stop_at(2)

    _, starting, waited = race(
        pool,
        stopped,
        lambda: stopped.ledger.withdraw(CLIENT, tuple(Purpose), None, "test"),
        lambda: ledger.claim(Stage.TRANSCRIBE, WORKER),
    )

    assert waited
    assert starting.result() is None
    assert status_of(ledger, accepted.session_id, Stage.TRANSCRIBE) is StageStatus.REFUSED


def test_commit_waits_for_a_withdrawal_and_is_lost(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor
) -> None:
    """A result that comes while consent is being withdrawn is not kept."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    stopped.stop_at(2)

    _, committing, waited = race(
        pool,
        stopped,
        lambda: stopped.ledger.withdraw(CLIENT, tuple(Purpose), None, "test"),
        lambda: finish(ledger, lease),
    )

    assert waited
    assert isinstance(committing.exception(), LeaseLostError)
    assert [artifact.kind for artifact in ledger.session(accepted.session_id).artifacts] == [ArtifactKind.RECORDING]


def test_withdrawal_waits_for_a_commit_and_takes_its_result(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor
) -> None:
    """A withdrawal that comes just after a commit's check makes due what was committed."""
    accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    stopped.stop_at(2)

    _, withdrawing, waited = race(
        pool,
        stopped,
        lambda: finish(stopped.ledger, lease),
        lambda: ledger.withdraw(CLIENT, tuple(Purpose), None, "test"),
    )
    withdrawing.result()

    assert waited
    assert ArtifactKind.TRANSCRIPT in taken(ledger, Stage.PURGE).due
    assert ledger.claim(Stage.DRAFT, WORKER) is None


def test_registration_waits_for_a_withdrawal_and_is_refused(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor
) -> None:
    """A session cannot slip in while a standing consent is being withdrawn."""
    accepted_session(ledger)
    stopped.stop_at(2)

    _, registering, waited = race(
        pool,
        stopped,
        lambda: stopped.ledger.withdraw(CLIENT, tuple(Purpose), None, "test"),
        lambda: accepted_session(ledger, consents=()),
    )

    assert waited
    assert type(registering.exception()).__name__ == "ConsentWithdrawnError"


def test_hold_that_comes_first_saves_the_keys(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor
) -> None:
    """A purge that meets a hold in mid-commit waits for it and then obeys it."""
    accepted = accepted_session(ledger, policy=keep_days(0))
    run_through(ledger)
    lease = taken(ledger, Stage.PURGE)
    stopped.stop_at(2)

    _, destroying, waited = race(
        pool,
        stopped,
        lambda: stopped.ledger.place_hold(accepted.session_id, "litigation", "privacy-officer"),
        lambda: ledger.destroy_keys(lease),
    )

    assert waited
    assert isinstance(destroying.exception(), LegalHoldError)
    assert all(artifact.data_key.wrapped for artifact in ledger.session(accepted.session_id).artifacts)


def test_two_sweeps_at_once_count_a_lost_worker_once(
    ledger: SqlLedger, stopped: StoppedClock, pool: ThreadPoolExecutor, open_ledger: OpenLedger
) -> None:
    """A lapsed lease is one crash, however many sweeps find it."""
    accepted = accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    _lapse(ledger)
    stopped.stop_at(3)

    first, second, _ = race(
        pool,
        stopped,
        lambda: stopped.ledger.sweep(timedelta(hours=1)),
        lambda: open_ledger().sweep(timedelta(hours=1)),
    )
    second.result()

    assert first.result().leases_expired == 1
    assert ledger.session(accepted.session_id).runs[0].crash_count == 1
    assert ledger.renew(lease) is False
    assert events(ledger, "transcribe").count("lease_expired") == 1


def _lapse(ledger: SqlLedger) -> None:
    with ledger.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stage_runs SET lease_until = '2026-01-01 00:00:00.000000'")
