"""Webhooks and their deliveries on SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import webhook_deliveries, webhook_events, webhooks
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.access_events import WebhookAdded, WebhookPaused, WebhookResumed, WebhookRotated
from pipeline.domain.webhook import Delivery, DeliveryState, Webhook, WebhookEvent
from pipeline.errors import WebhookUnknownError

#: Longer than a delivery may take; another process may try after that.
_TURN = timedelta(minutes=2)
_AT_ONCE = 20
_PAUSED_AFTER = 50


@dataclass(frozen=True, slots=True)
class Errand:
    """A delivery to be made now, with what signs it."""

    delivery: Delivery
    url: str = field(repr=False)
    #: The current secret and, for a while after a rotation, the older one; wrapped.
    secrets: tuple[bytes, ...] = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """How a receiver answered: a status, or why there was none."""

    status: int | None
    failure: str | None = None

    @property
    def is_good(self) -> bool:
        """Say whether it took the delivery."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes


class SqlWebhooks:
    """Where to, what about, and what became of each delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, webhook_id: str, url: str, events: Sequence[WebhookEvent], secret: "WrappedSecret", actor: str
    ) -> None:
        """Keep a webhook."""
        self._database.write(lambda tx: _add(tx, webhook_id, url, events, secret, actor))

    def webhooks(self) -> tuple[Webhook, ...]:
        """Return every webhook, oldest first."""
        query = select(webhooks).order_by(webhooks.c.created_at, webhooks.c.webhook_id)
        return self._database.read(lambda tx: tuple(_webhook(tx, row) for row in tx.rows(query)))

    def rotate(self, webhook_id: str, secret: "WrappedSecret", overlap: timedelta, actor: str) -> None:
        """Sign with another secret; the older one goes on beside it for a while."""

        def work(tx: Transaction) -> None:
            row = _row(tx, webhook_id)
            older = {"older_secret": row["secret"], "older_ends_at": tx.now + overlap}
            _change(tx, webhook_id, secret=secret.wrapped, wrapping_key_id=secret.wrapping_key_id, **older)
            tx.record(WebhookRotated(webhook_id, actor))

        self._database.write(work)

    def switch(self, webhook_id: str, *, active: bool, actor: str) -> None:
        """Pause or resume a webhook; what happens while it is paused is not told later."""

        def work(tx: Transaction) -> None:
            if _row(tx, webhook_id)["active"] is active:
                return
            _change(tx, webhook_id, active=active, failures=0)
            tx.record(WebhookResumed(webhook_id, actor) if active else WebhookPaused(webhook_id, actor))

        self._database.write(work)

    def deliveries(self, webhook_id: str, limit: int) -> tuple[Delivery, ...]:
        """Return the delivery log, the newest first."""

        def work(tx: Transaction) -> tuple[Delivery, ...]:
            _row(tx, webhook_id, locked=False)
            mine = select(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id)
            newest = mine.order_by(webhook_deliveries.c.happened_at.desc(), webhook_deliveries.c.delivery_id)
            return tuple(_delivery(row) for row in tx.rows(newest.limit(limit)))

        return self._database.read(work)

    def take_due(self) -> tuple[Errand, ...]:
        """Return deliveries to be made now, each for one process at a time."""
        return self._database.write(_take_due)

    def settle(self, delivery_id: str, reply: Reply, tries: int) -> None:
        """Note how a delivery went: done, tried again later, or given up."""
        self._database.write(lambda tx: _settle(tx, delivery_id, reply, tries))


@dataclass(frozen=True, slots=True)
class WrappedSecret:
    """A signing secret as it is kept."""

    wrapped: bytes = field(repr=False)
    wrapping_key_id: str


def _add(
    tx: Transaction, webhook_id: str, url: str, events: Sequence[WebhookEvent], secret: WrappedSecret, actor: str
) -> None:
    tx.connection.execute(
        webhooks.insert().values(
            webhook_id=webhook_id,
            url=url,
            secret=secret.wrapped,
            wrapping_key_id=secret.wrapping_key_id,
            active=True,
            failures=0,
            created_at=tx.now,
        )
    )
    rows = [{"webhook_id": webhook_id, "event": event} for event in sorted(set(events))]
    tx.connection.execute(webhook_events.insert(), rows)
    tx.record(WebhookAdded(webhook_id, tuple(sorted(set(events))), actor))


def _take_due(tx: Transaction) -> tuple[Errand, ...]:
    waiting = select(webhook_deliveries).where(
        webhook_deliveries.c.state == DeliveryState.WAITING, webhook_deliveries.c.not_before <= tx.now
    )
    due = tx.rows(waiting.order_by(webhook_deliveries.c.not_before).limit(_AT_ONCE).with_for_update(skip_locked=True))
    for row in due:
        _change_delivery(tx, row["delivery_id"], tries=row["tries"] + 1, not_before=tx.now + _TURN)
    return tuple(_errand(tx, {**row, "tries": row["tries"] + 1}) for row in due)


def _errand(tx: Transaction, row: Row) -> Errand:
    webhook = _row(tx, row["webhook_id"], locked=False)
    older_counts = webhook["older_secret"] is not None and webhook["older_ends_at"] > tx.now
    secrets = (webhook["secret"], *([webhook["older_secret"]] if older_counts else []))
    return Errand(_delivery(row), webhook["url"], secrets, tx.now)


def _settle(tx: Transaction, delivery_id: str, reply: Reply, tries: int) -> None:
    mine = webhook_deliveries.c.delivery_id == delivery_id
    row = tx.row(select(webhook_deliveries).where(mine).with_for_update())
    if row is None or row["state"] is not DeliveryState.WAITING:
        return
    said = {"status": reply.status, "failure": reply.failure}
    if reply.is_good:
        _change_delivery(tx, delivery_id, state=DeliveryState.DELIVERED, settled_at=tx.now, **said)
        _change(tx, row["webhook_id"], failures=0)
        return
    if row["tries"] >= tries:
        _change_delivery(tx, delivery_id, state=DeliveryState.FAILED, settled_at=tx.now, **said)
    else:
        _change_delivery(tx, delivery_id, not_before=tx.now + backoff(row["tries"]), **said)
    _count_failure(tx, row["webhook_id"])


def _count_failure(tx: Transaction, webhook_id: str) -> None:
    row = _row(tx, webhook_id)
    gone = row["active"] and row["failures"] + 1 >= _PAUSED_AFTER
    _change(tx, webhook_id, failures=row["failures"] + 1, **({"active": False} if gone else {}))
    if gone:
        tx.record(WebhookPaused(webhook_id, "delivery"))


def backoff(tries: int) -> timedelta:
    """Return the pause after so many tries: half a minute, doubled with each, up to six hours."""
    return min(timedelta(seconds=30 * 2.0 ** min(tries - 1, 20)), timedelta(hours=6))


def _row(tx: Transaction, webhook_id: str, *, locked: bool = True) -> Row:
    query = select(webhooks).where(webhooks.c.webhook_id == webhook_id)
    found = tx.row(query.with_for_update() if locked else query)
    if found is None:
        raise WebhookUnknownError
    return found


def _change(tx: Transaction, webhook_id: str, **values: object) -> None:
    tx.connection.execute(webhooks.update().where(webhooks.c.webhook_id == webhook_id).values(**values))


def _change_delivery(tx: Transaction, delivery_id: str, **values: object) -> None:
    mine = webhook_deliveries.c.delivery_id == delivery_id
    tx.connection.execute(webhook_deliveries.update().where(mine).values(**values))


def _webhook(tx: Transaction, row: Row) -> Webhook:
    query = select(webhook_events.c.event).where(webhook_events.c.webhook_id == row["webhook_id"])
    events = tuple(sorted(found["event"] for found in tx.rows(query)))
    return Webhook(row["webhook_id"], row["url"], events, row["active"], row["created_at"], row["older_ends_at"])


def _delivery(row: Row) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__dataclass_fields__})
