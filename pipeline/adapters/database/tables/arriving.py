"""Objects that arrive in the inbound bucket by themselves."""

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata
from pipeline.ports.arrivals import ArrivalState

arrivals = Table(
    "arrivals",
    metadata,
    Column("arrival_id", ID, primary_key=True),
    Column("bucket", Text, nullable=False),
    # An uploader's object key may name a person: only its digest is kept.
    Column("key_digest", String(64), nullable=False),
    Column("version_id", Text, nullable=False),
    Column("state", Member(ArrivalState), nullable=False),
    Column("reason_code", Text),
    Column("session_id", ID),
    Column("first_seen_at", Moment, nullable=False),
    Column("removed_at", Moment),
    UniqueConstraint("bucket", "key_digest", "version_id"),
    Index(None, "state", "first_seen_at"),
)
