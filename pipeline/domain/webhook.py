"""What other programs can be told by a webhook: that something happened, by ids alone."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class WebhookEvent(StrEnum):
    """What happened."""

    SESSION_ACCEPTED = "session.accepted"
    SESSION_REFUSED = "session.refused"
    STAGE_SUCCEEDED = "stage.succeeded"
    STAGE_FAILED = "stage.failed"
    STAGE_QUARANTINED = "stage.quarantined"
    NOTE_READY = "note.ready"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    SESSION_PURGED = "session.purged"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


def secret_bound_to(webhook_id: str) -> bytes:
    """Return what a secret is bound to, so that one webhook's does not sign for another."""
    return f"nightscribe|v1|webhook|{webhook_id}".encode()


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to, and what about."""

    webhook_id: str
    url: str = field(repr=False)
    events: tuple[WebhookEvent, ...]
    active: bool
    created_at: datetime
    older_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook."""

    delivery_id: str
    webhook_id: str
    event_id: str
    event: WebhookEvent
    session_id: str | None
    run_id: str | None
    reason_code: str | None
    happened_at: datetime
    state: DeliveryState
    tries: int
    not_before: datetime
    status: int | None = None
    failure: str | None = None
    settled_at: datetime | None = None
