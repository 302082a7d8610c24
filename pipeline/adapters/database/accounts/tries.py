"""Tries to sign in: counted before the password is looked at, slowed down when many, and forgotten in time.

A try is counted against the name from this address, the address, and the name. The last of them is lenient: whoever
floods a name from elsewhere slows its owner down by a minute at most, and nobody is ever locked out for good.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import sign_in_tries
from pipeline.adapters.database.transactions import Transaction

_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often something may be tried, and how long each further try waits."""

    free: int
    longest: timedelta

    def wait(self, tries: int) -> timedelta:
        """Return the wait after so many tries: a second, doubled with each, up to the longest."""
        beyond = tries - self.free
        return timedelta(0) if beyond < 0 else min(timedelta(seconds=2.0 ** min(beyond, 20)), self.longest)


_HERE = Backoff(5, timedelta(minutes=15))
_ADDRESS = Backoff(30, timedelta(minutes=15))
_NAME = Backoff(30, timedelta(minutes=1))

Subjects = Sequence[tuple[str, Backoff]]


def subjects(name: str, address: str) -> Subjects:
    """Return what a try counts against, in the one order in which their rows are locked."""
    named = ((f"{name}|{address}", _HERE), (f"|{address}", _ADDRESS), (f"{name}|", _NAME))
    return sorted((hashlib.sha256(subject.encode()).hexdigest(), backoff) for subject, backoff in named)


def wait_before(tx: Transaction, counted: Subjects) -> timedelta:
    """Return how long a try must wait; zero: go on. Changes nothing, so that being refused costs nothing."""
    wanted = [subject for subject, _ in counted]
    rows = tx.rows(select(sign_in_tries.c.not_before).where(sign_in_tries.c.subject.in_(wanted)))
    return max((row["not_before"] - tx.now for row in rows), default=timedelta(0))


def count_try(tx: Transaction, counted: Subjects) -> timedelta:
    """Count a try unless it must wait; return the wait."""
    rows = {subject: _locked(tx, subject) for subject, _ in counted}
    wait: timedelta = max(row["not_before"] - tx.now for row in rows.values())
    if wait > timedelta(0):
        return wait
    for subject, backoff in counted:
        row = rows[subject]
        tries = 1 if tx.now - row["last_at"] > _FORGOTTEN_AFTER else row["tries"] + 1
        values = {"tries": tries, "last_at": tx.now, "not_before": tx.now + backoff.wait(tries)}
        tx.connection.execute(sign_in_tries.update().where(sign_in_tries.c.subject == subject).values(**values))
    return timedelta(0)


def forget_tries(tx: Transaction, name: str, address: str) -> None:
    """Start anew for a name that signed in: the address keeps its count, or one good account would free it."""
    of_name = [subject for subject, backoff in subjects(name, address) if backoff is not _ADDRESS]
    tx.connection.execute(sign_in_tries.delete().where(sign_in_tries.c.subject.in_(of_name)))


def forget_old_tries(tx: Transaction) -> None:
    """Remove counts that do not count any more."""
    tx.connection.execute(sign_in_tries.delete().where(sign_in_tries.c.last_at < tx.now - _FORGOTTEN_AFTER))


def _locked(tx: Transaction, subject: str) -> Row:
    tx.insert_absent(sign_in_tries, subject=subject, tries=0, last_at=tx.now, not_before=tx.now)
    found = tx.row(select(sign_in_tries).where(sign_in_tries.c.subject == subject).with_for_update())
    return {"tries": 0, "last_at": tx.now, "not_before": tx.now} if found is None else found
