"""The audit log: a chain of entries for each stream, and signed checkpoints."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from pipeline.adapters.database.columns import SERIAL, Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata
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

#: Which entries speak of a session, so that its timeline is found among millions. An aid; the entries are the evidence.
audit_mentions = Table(
    "audit_mentions",
    metadata,
    Column("session_id", ID, primary_key=True),
    Column("stream", Member(Stream), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
)
