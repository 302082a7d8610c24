"""The outbox of webhooks: a row for each delivery, written in the transaction of what happened."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.adapters.database.tables import webhook_deliveries, webhook_events, webhooks
from pipeline.audit.events import Event
from pipeline.audit.session_events import ConsentWithdrawn, IntakeRefused, SessionAccepted
from pipeline.audit.stage_events import PurgeConfirmed, StageFailed, StageQuarantined, StageSucceeded
from pipeline.domain.session import Stage
from pipeline.domain.webhook import DeliveryState, WebhookEvent


@dataclass(frozen=True, slots=True)
class _Told:
    """What a webhook is told of something: ids and a code."""

    event: WebhookEvent
    session_id: str | None
    run_id: str | None
    reason_code: str | None


def announced(connection: Connection, events: list[Event], at: object) -> int:
    """Write a delivery for each event and webhook that wants it; return how many."""
    told = [each for event in events for each in _told(event)]
    if not told:
        return 0
    wanting = _wanting(connection)
    rows = [
        _row(each, event_id, webhook_id, at)
        for each in told
        for event_id in [f"evt-{uuid.uuid4().hex}"]
        for webhook_id in wanting.get(each.event, ())
    ]
    if rows:
        connection.execute(webhook_deliveries.insert(), rows)
    return len(rows)


def _wanting(connection: Connection) -> Mapping[WebhookEvent, list[str]]:
    active = webhooks.c.active.is_(True)
    query = select(webhook_events.c.event, webhook_events.c.webhook_id).join(webhooks).where(active)
    found: dict[WebhookEvent, list[str]] = {}
    for event, webhook_id in connection.execute(query):
        found.setdefault(event, []).append(webhook_id)
    return found


def _row(told: _Told, event_id: str, webhook_id: str, at: object) -> dict[str, object]:
    return {
        "delivery_id": f"dlv-{uuid.uuid4().hex}",
        "webhook_id": webhook_id,
        "event_id": event_id,
        "event": told.event,
        "session_id": told.session_id,
        "run_id": told.run_id,
        "reason_code": told.reason_code,
        "happened_at": at,
        "state": DeliveryState.WAITING,
        "tries": 0,
        "not_before": at,
    }


def _told(event: Event) -> Iterator[_Told]:
    for kind, is_told, name in _NAMES:
        if isinstance(event, kind) and is_told(event):
            facts = (getattr(event, field, None) for field in ("session_id", "run_id", "reason_code"))
            yield _Told(name, *facts)


def _always(_event: Event) -> bool:
    return True


_NAMES: tuple[tuple[type[Event], Callable[[Event], bool], WebhookEvent], ...] = (
    (SessionAccepted, _always, WebhookEvent.SESSION_ACCEPTED),
    (IntakeRefused, _always, WebhookEvent.SESSION_REFUSED),
    (StageSucceeded, _always, WebhookEvent.STAGE_SUCCEEDED),
    (StageSucceeded, lambda event: getattr(event, "stage", None) is Stage.VERIFY, WebhookEvent.NOTE_READY),
    (StageFailed, lambda event: not getattr(event, "will_retry", True), WebhookEvent.STAGE_FAILED),
    (StageQuarantined, _always, WebhookEvent.STAGE_QUARANTINED),
    (ConsentWithdrawn, _always, WebhookEvent.CONSENT_WITHDRAWN),
    (PurgeConfirmed, _always, WebhookEvent.SESSION_PURGED),
)
