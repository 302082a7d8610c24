"""The audit log: a chain of entries for each stream, and signed checkpoints."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from pipeline.adapters.database.columns import SERIAL, Member, Moment
from pipeline.adapters.database.tables.naming import metadata
from pipeline.audit.events import Stream

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("stream", Member(Stream), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("stream", Member(Stream), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("checkpoint_id", SERIAL, primary_key=True, autoincrement=True),
    Column("made_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)
