"""Webhooks over HTTP: made, rotated, paused; and the log of their deliveries."""

import secrets
import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from config.wiring import Wiring
from pipeline.adapters.database.sql_webhooks import SqlWebhooks, WrappedSecret
from pipeline.adapters.webhooks.addresses import check_url
from pipeline.domain.account import Permission, Principal
from pipeline.domain.webhook import Delivery, DeliveryState, Webhook, WebhookEvent, secret_bound_to
from web.api.shapes import STRICT
from web.guard import require

_MANAGE = require(Permission.WEBHOOKS_MANAGE)
_LARGEST = 64 * 1024


class WebhookOrder(BaseModel):
    """Where to, and what about."""

    model_config = STRICT

    url: Annotated[str, Field(min_length=8, max_length=500, description="https; its addresses must be public.")]
    events: Annotated[list[WebhookEvent], Field(min_length=1, max_length=len(WebhookEvent))]


class WebhookShape(BaseModel):
    """A webhook; its secret is not in it."""

    webhook_id: str
    url: str
    events: list[WebhookEvent]
    active: bool
    created_at: datetime
    older_ends_at: datetime | None


class WebhookSecret(BaseModel):
    """A secret, shown this one time: key of the HMAC-SHA256 over `t.body`."""

    webhook_id: str
    secret: str


class WebhookList(BaseModel):
    """Every webhook."""

    webhooks: list[WebhookShape]


class DeliveryShape(BaseModel):
    """What became of one delivery."""

    delivery_id: str
    event_id: str
    event: WebhookEvent
    session_id: str | None
    run_id: str | None
    reason_code: str | None
    happened_at: datetime
    state: DeliveryState
    tries: int
    not_before: datetime
    status: int | None
    failure: str | None
    settled_at: datetime | None


class DeliveryLog(BaseModel):
    """The newest deliveries first."""

    deliveries: list[DeliveryShape]


def webhooks_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/webhooks``."""
    router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], max_body_size=_LARGEST)
    ledger = SqlWebhooks(wiring.ledger.database)
    settings = wiring.settings.webhooks

    @router.get("")
    def show(_principal: Annotated[Principal, _MANAGE]) -> WebhookList:
        """Show every webhook."""
        return WebhookList(webhooks=[_shape(each) for each in ledger.webhooks()])

    @router.post("", status_code=201)
    def add(principal: Annotated[Principal, _MANAGE], order: WebhookOrder) -> WebhookSecret:
        """Make a webhook and show its secret, this one time."""
        check_url(order.url, allow_private=settings.allow_private)
        webhook_id = f"whk-{uuid.uuid4().hex}"
        secret, wrapped = _new_secret(wiring, webhook_id)
        ledger.add(webhook_id, order.url, order.events, wrapped, principal.name)
        return WebhookSecret(webhook_id=webhook_id, secret=secret)

    @router.post("/{webhook_id}/rotate")
    def rotate(principal: Annotated[Principal, _MANAGE], webhook_id: str) -> WebhookSecret:
        """Make another secret; both sign until the older one ends."""
        secret, wrapped = _new_secret(wiring, webhook_id)
        ledger.rotate(webhook_id, wrapped, settings.overlap, principal.name)
        return WebhookSecret(webhook_id=webhook_id, secret=secret)

    @router.post("/{webhook_id}/pause", status_code=204)
    def pause(principal: Annotated[Principal, _MANAGE], webhook_id: str) -> Response:
        """Tell a webhook nothing more; what happens meanwhile is not told later."""
        ledger.switch(webhook_id, active=False, actor=principal.name)
        return Response(status_code=204)

    @router.post("/{webhook_id}/resume", status_code=204)
    def resume(principal: Annotated[Principal, _MANAGE], webhook_id: str) -> Response:
        """Tell a webhook again what happens from now on."""
        ledger.switch(webhook_id, active=True, actor=principal.name)
        return Response(status_code=204)

    @router.get("/{webhook_id}/deliveries")
    def deliveries(
        _principal: Annotated[Principal, _MANAGE], webhook_id: str, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> DeliveryLog:
        """Show what became of a webhook's deliveries."""
        return DeliveryLog(deliveries=[_delivery(each) for each in ledger.deliveries(webhook_id, limit)])

    return router


def _new_secret(wiring: Wiring, webhook_id: str) -> tuple[str, WrappedSecret]:
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    wrapped = wiring.keys.wrap(secret.encode(), secret_bound_to(webhook_id))
    return secret, WrappedSecret(wrapped, wiring.keys.wrapping_key_id)


def _shape(webhook: Webhook) -> WebhookShape:
    return WebhookShape.model_validate(webhook, from_attributes=True)


def _delivery(delivery: Delivery) -> DeliveryShape:
    return DeliveryShape.model_validate(delivery, from_attributes=True)
