"""Requests that carry an idempotency key: each is carried out once, and answered alike every time."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, select

from pipeline.adapters.database.tables import idempotent_requests
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.domain.account import AccountId
from pipeline.errors import IdempotencyKeyReusedError, RequestInProgressError

_KEPT = timedelta(hours=24)
#: A process that works on one for so long has died.
_AT_MOST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A request that can be told apart from every other."""

    account_id: AccountId
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a request was answered: ids and states, never content."""

    status: int
    body: str = field(repr=False)
    location: str | None = None


class SqlRequests:
    """Requests and their answers, kept for a day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, request: KnownRequest) -> GivenAnswer | None:
        """Return the answer given before; ``None``: carry it out, and nobody else will.

        Raises ``IdempotencyKeyReusedError`` and ``RequestInProgressError``.
        """
        return self._database.write(lambda tx: _begin(tx, request))

    def answer(self, request: KnownRequest, answer: GivenAnswer) -> None:
        """Keep the answer."""
        values = {"status": answer.status, "body": answer.body, "location": answer.location}
        self._database.write(
            lambda tx: tx.connection.execute(idempotent_requests.update().where(_is(request)).values(**values))
        )

    def give_up(self, request: KnownRequest) -> None:
        """Let the request be sent again: it was not carried out."""
        unanswered = idempotent_requests.c.status.is_(None)
        self._database.write(
            lambda tx: tx.connection.execute(idempotent_requests.delete().where(_is(request), unanswered))
        )

    def forget_old(self) -> None:
        """Remove what was answered more than a day ago."""
        self._database.write(
            lambda tx: tx.connection.execute(
                idempotent_requests.delete().where(idempotent_requests.c.begun_at < tx.now - _KEPT)
            )
        )


def _begin(tx: Transaction, request: KnownRequest) -> GivenAnswer | None:
    named = {"account_id": request.account_id, "idempotency_key": request.key}
    if tx.insert_absent(idempotent_requests, **named, request_digest=request.digest, begun_at=tx.now):
        return None
    row = tx.row(select(idempotent_requests).where(_is(request)).with_for_update())
    if row is None:
        raise RequestInProgressError
    if row["request_digest"] != request.digest:
        raise IdempotencyKeyReusedError
    if row["status"] is not None:
        return GivenAnswer(row["status"], row["body"], row["location"])
    if tx.now - row["begun_at"] < _AT_MOST:
        raise RequestInProgressError
    tx.connection.execute(idempotent_requests.update().where(_is(request)).values(begun_at=tx.now))
    return None


def _is(request: KnownRequest) -> ColumnElement[bool]:
    return and_(
        idempotent_requests.c.account_id == request.account_id, idempotent_requests.c.idempotency_key == request.key
    )
