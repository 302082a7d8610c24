"""Whether the promises hold, as operators are told, on every database."""

from datetime import timedelta

from sqlalchemy import delete, insert, select

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.engine import WRITES
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.adapters.database.tables import artifacts, audit_entries, audit_mentions, stage_runs
from pipeline.audit.replay import replay
from pipeline.domain.artifact import ObjectKey
from pipeline.domain.operating import Decision
from pipeline.domain.session import Stage, StageStatus
from pipeline.errors import RecordingUndecodableError
from pipeline.inspection import inspect_rows, inspect_store
from pipeline.ports.promises import InvariantKind, RunQuery
from tests.factories import LONG_AGO, accepted_session, finish, keep_days, run_through, taken, two_people
from tests.fakes_store import MemoryObjectStore
from tests.servers.databases import ShiftedTime


def found(watch: SqlWatch) -> dict[InvariantKind, int]:
    """Return what inspections found last."""
    return {invariant.kind: invariant.found for invariant in watch.promises().invariants}


def test_a_whole_run_breaks_no_promise(ledger: SqlLedger) -> None:
    """After sessions that ended well, ended badly and go on, nothing is lost, doubled, overdue or refused."""
    for number in range(4):
        accepted_session(ledger, people=two_people(f"client-{number}", f"clinician-{number}"))
    run_through(ledger)
    ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingUndecodableError())
    taken(ledger, Stage.TRANSCRIBE)
    watch = SqlWatch(ledger.database)

    inspect_rows(watch)

    promises = watch.promises()
    assert found(watch) == {InvariantKind.LOST: 0, InvariantKind.DOUBLED: 0}
    assert (promises.retention.overdue, promises.refusals, promises.unrung) == (0, (), 0)


def test_a_session_without_its_next_run_is_lost(ledger: SqlLedger) -> None:
    """A stage that succeeded while no row of the next one exists is counted as lost, and so is one without any row."""
    accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)
    with ledger.database.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(delete(stage_runs).where(stage_runs.c.stage == Stage.DRAFT))
    watch = SqlWatch(ledger.database)

    inspect_rows(watch)

    assert found(watch)[InvariantKind.LOST] == 1


def test_two_results_of_one_run_are_doubled(ledger: SqlLedger) -> None:
    """A run that made two artifacts of a kind is counted."""
    accepted_session(ledger)
    run_through(ledger, Stage.TRANSCRIBE)
    with ledger.database.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        row = connection.execute(select(artifacts).where(artifacts.c.run_id.is_not(None)).limit(1)).one()._asdict()
        again = {**row, "object_key": "sessions/twice", "superseded_at": LONG_AGO}
        connection.execute(insert(artifacts).values(**again))
    watch = SqlWatch(ledger.database)

    inspect_rows(watch)

    assert found(watch)[InvariantKind.DOUBLED] == 1


def test_the_store_is_held_against_the_rows(ledger: SqlLedger) -> None:
    """An object that no row names and a row whose object is gone are both counted, and neither is touched."""
    accepted = accepted_session(ledger)
    watch, objects = SqlWatch(ledger.database), MemoryObjectStore()
    stray = ObjectKey(f"sessions/{accepted.session_id}/draft/stray/1")
    objects.objects[stray] = b"x"

    inspect_store(watch, objects, LONG_AGO + timedelta(hours=1))

    assert found(watch) == {InvariantKind.ORPHAN_OBJECT: 1, InvariantKind.MISSING_OBJECT: 1}
    assert [version.key for version in objects.versions("sessions/")] == [stray]


def test_a_young_object_may_be_about_to_be_committed(ledger: SqlLedger) -> None:
    """What is not older than any stage is no orphan yet, and a row whose object is there misses nothing."""
    accepted = accepted_session(ledger)
    watch, objects = SqlWatch(ledger.database), MemoryObjectStore()
    objects.objects[accepted.recording.object_key] = b"x"
    objects.objects[f"sessions/{accepted.session_id}/draft/young/1"] = b"x"

    inspect_store(watch, objects, LONG_AGO)

    assert found(watch) == {InvariantKind.ORPHAN_OBJECT: 0, InvariantKind.MISSING_OBJECT: 0}


def test_a_deletion_that_nobody_carried_out_is_overdue(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """What has been due for over an hour is overdue, and a legal hold takes it off that list."""
    accepted = accepted_session(ledger, policy=keep_days(0.5))
    run_through(ledger)
    watch = SqlWatch(ledger.database)
    due = watch.promises().retention

    time_passes.advance(timedelta(days=1))

    late = watch.promises().retention
    ledger.place_hold(accepted.session_id, "subpoena", "officer")
    held = watch.promises().retention
    assert (due.due_in_a_day, due.overdue) == (1, 0)
    assert (late.overdue, late.held) == (1, 0)
    assert (held.overdue, held.held) == (0, 1)


def test_what_is_ready_and_not_rung_for_shows(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A ready run that no sweep has rung for in five minutes is counted, with its age."""
    accepted_session(ledger)

    time_passes.advance(timedelta(minutes=6))

    promises = SqlWatch(ledger.database).promises()
    assert promises.unrung == 1
    assert promises.oldest_unrung is not None
    assert promises.at - promises.oldest_unrung > timedelta(minutes=5)


def test_runs_are_listed_a_page_at_a_time(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """Pages of a list follow each other without a gap or a repeat, the latest first."""
    for number in range(5):
        accepted_session(ledger, people=two_people(f"client-{number}", f"clinician-{number}"))
        ledger.fail(taken(ledger, Stage.TRANSCRIBE), RecordingUndecodableError())
        time_passes.advance(timedelta(seconds=1))
    watch = SqlWatch(ledger.database)
    whole = watch.runs(RunQuery(StageStatus.FAILED, Stage.TRANSCRIBE, "recording_undecodable"))

    first = watch.runs(RunQuery(StageStatus.FAILED, limit=3))
    second = watch.runs(RunQuery(StageStatus.FAILED, after=(first[-1].since, first[-1].run_id), limit=3))

    assert [*first, *second] == list(whole)
    assert len(whole) == 5
    assert [run.since for run in whole] == sorted((run.since for run in whole), reverse=True)
    assert watch.runs(RunQuery(StageStatus.FAILED, Stage.DRAFT)) == ()


def test_every_entry_that_names_a_session_is_found_by_it(ledger: SqlLedger) -> None:
    """The way to a session's entries leads to all of them, to none of another's, and their replay fits the ledger."""
    accepted = accepted_session(ledger)
    accepted_session(ledger, people=two_people("client-2", "clinician-2"))
    run_through(ledger)
    ledger.place_hold(accepted.session_id, "subpoena", "officer")
    ledger.change_priority(accepted.session_id, 10, Decision("mira", "urgent"))

    told = SqlWatch(ledger.database).session_entries(accepted.session_id)

    with ledger.database.engine.connect() as connection:
        bodies = connection.execute(select(audit_entries.c.body)).scalars().all()
        pointers = connection.execute(select(audit_mentions)).all()
    naming = [body for body in bodies if f'"session_id":"{accepted.session_id}"' in body]
    statuses = {run.run_id: run.status for run in ledger.session(accepted.session_id).runs}
    assert sorted(entry.body.decode() for entry in told) == sorted(naming)
    assert len(pointers) == sum('"session_id":"' in body for body in bodies)
    assert replay(accepted.session_id, told).differences(statuses) == ()


def test_what_waits_again_waits_anew(ledger: SqlLedger, time_passes: ShiftedTime) -> None:
    """A retried run counts its waiting from the retry, not from the day on which it was opened."""
    accepted_session(ledger)
    lease = taken(ledger, Stage.TRANSCRIBE)
    ledger.fail(lease, RecordingUndecodableError())
    time_passes.advance(timedelta(days=3))
    ledger.retry(lease.run_id, "mira")
    time_passes.advance(timedelta(minutes=2))

    depth = next(depth for depth in ledger.stage_depths() if depth.stage is Stage.TRANSCRIBE)
    again = taken(ledger, Stage.TRANSCRIBE)

    finish(ledger, again)
    assert depth.oldest_ready is not None
    assert timedelta(minutes=2) <= again.waited < timedelta(minutes=3)
    assert SqlWatch(ledger.database).promises().at - depth.oldest_ready < timedelta(minutes=3)
