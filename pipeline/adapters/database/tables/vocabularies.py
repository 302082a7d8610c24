"""Vocabularies that wait for their recordings: where each lies, and under which key; no name is in any column."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from pipeline.adapters.database.columns import Moment
from pipeline.adapters.database.tables.naming import metadata, session_column

waiting_vocabularies = Table(
    "waiting_vocabularies",
    metadata,
    session_column(primary_key=True),
    # The recording that it would lie beside, had that come together with it.
    Column("object_key", Text, nullable=False),
    Column("key_id", Text, ForeignKey("data_keys.key_id"), nullable=False),
    Column("kept_at", Moment, nullable=False),
    Index(None, "kept_at"),
)
