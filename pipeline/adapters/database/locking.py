"""Locks, always in one order, so that no two transactions wait for each other.

The order: persons, session, stage control, worker, run, audit heads.

A plain read would lose the race against a withdrawal: a reader takes ``FOR SHARE``, a writer ``FOR NO KEY UPDATE``.
SQLite has one writer at a time and needs none of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from pipeline.adapters.database.tables import holds, participants, persons, sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.consent import Participant, PersonRef
from pipeline.domain.session import RunId, SessionId, StageStatus
from pipeline.errors import LeaseLostError, SessionUnknownError
from pipeline.ports import Lease

Row = Mapping[str, Any]


def lock_persons(tx: Transaction, people: Iterable[PersonRef], *, writing: bool) -> None:
    """Lock the rows of these people; a writer makes the rows that are missing."""
    refs = sorted(set(people))
    if writing:
        tx.insert_all_absent(persons, [{"person_ref": ref} for ref in refs])
    query = select(persons.c.person_ref).where(persons.c.person_ref.in_(refs)).order_by(persons.c.person_ref)
    tx.rows(query.with_for_update(read=not writing, key_share=writing))


def lock_session(tx: Transaction, session_id: SessionId, *, writing: bool) -> Row:
    """Lock and return the session's row; raise ``SessionUnknownError``."""
    query = select(sessions).where(sessions.c.session_id == session_id)
    found = tx.row(query.with_for_update(read=not writing, key_share=writing))
    if found is None:
        raise SessionUnknownError(session_id=session_id)
    return found


def lock_ready_run(tx: Transaction, run_id: RunId, may_start: ColumnElement[bool]) -> Row | None:
    """Lock and return the run where it is still ready, may start, and nobody else is taking it."""
    query = select(stage_runs).where(stage_runs.c.run_id == run_id, stage_runs.c.status == StageStatus.READY, may_start)
    return tx.row(query.with_for_update(skip_locked=True))


def lock_leased_run(tx: Transaction, lease: Lease) -> Row:
    """Lock and return the run the lease is for; raise ``LeaseLostError`` where the fence no longer matches."""
    query = select(stage_runs).where(
        stage_runs.c.run_id == lease.run_id,
        stage_runs.c.attempt == lease.attempt,
        stage_runs.c.status == StageStatus.RUNNING,
    )
    found = tx.row(query.with_for_update())
    if found is None:
        raise LeaseLostError(run_id=lease.run_id, session_id=lease.session.session_id, attempt=lease.attempt)
    return found


def participants_of(tx: Transaction, session_id: SessionId) -> tuple[Participant, ...]:
    """Return who takes part in a session."""
    query = select(participants).where(participants.c.session_id == session_id).order_by(participants.c.person_ref)
    return tuple(Participant(PersonRef(row["person_ref"]), row["role"]) for row in tx.rows(query))


def is_held(tx: Transaction, session_id: SessionId) -> bool:
    """Say whether a legal hold stands; true for as long as the session's lock is kept."""
    query = select(holds.c.hold_id).where(holds.c.session_id == session_id, holds.c.lifted_at.is_(None))
    return tx.row(query) is not None
