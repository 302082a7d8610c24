"""Webhooks: where to, what about, and a row for each delivery; a delivery names ids and nothing else."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata
from pipeline.domain.webhook import DeliveryState, WebhookEvent

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", ID, primary_key=True),
    Column("url", Text, nullable=False),
    # Signing secrets, wrapped by the deployment's wrapping key; after a rotation both sign until the older one ends.
    Column("secret", LargeBinary, nullable=False),
    Column("older_secret", LargeBinary),
    Column("older_ends_at", Moment),
    Column("wrapping_key_id", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    # Failures without a success between: a receiver that is gone is paused.
    Column("failures", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("webhook_id", ID, ForeignKey("webhooks.webhook_id"), primary_key=True),
    Column("event", Member(WebhookEvent), primary_key=True),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("delivery_id", ID, primary_key=True),
    Column("webhook_id", ID, ForeignKey("webhooks.webhook_id"), nullable=False),
    # One for all webhooks and tries, by which a receiver knows what it has seen.
    Column("event_id", ID, nullable=False),
    Column("event", Member(WebhookEvent), nullable=False),
    Column("session_id", ID),
    Column("run_id", ID),
    Column("reason_code", Text),
    Column("happened_at", Moment, nullable=False),
    Column("state", Member(DeliveryState), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("status", Integer),
    Column("failure", Text),
    Column("settled_at", Moment),
    Index(None, "state", "not_before"),
    Index(None, "webhook_id", "happened_at"),
)
