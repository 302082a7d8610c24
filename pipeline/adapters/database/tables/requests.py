"""Requests that must not be carried out twice, and what each was answered."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from pipeline.adapters.database.columns import Moment
from pipeline.adapters.database.tables.naming import ID, metadata

idempotent_requests = Table(
    "idempotent_requests",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.account_id"), primary_key=True),
    Column("idempotency_key", String(64), primary_key=True),
    # Of method, path and body: the same key with another request is a mistake.
    Column("request_digest", String(64), nullable=False),
    Column("begun_at", Moment, nullable=False),
    # Empty while it is carried out.
    Column("status", Integer),
    Column("body", Text),
    Column("location", Text),
    Index(None, "begun_at"),
)
