"""Nights: batches, what of them was turned away, and which stages may start work."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata
from pipeline.domain.operating import QueueState
from pipeline.domain.session import Stage

batches = Table(
    "batches",
    metadata,
    Column("batch_id", ID, primary_key=True),
    Column("label", Text, nullable=False),
    Column("deadline", Moment),
    Column("submitted_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    # The same manifest again is the same batch.
    Column("manifest_sha256", String(64), unique=True),
    Index(None, "created_at"),
)

batch_refusals = Table(
    "batch_refusals",
    metadata,
    Column("batch_id", ID, ForeignKey("batches.batch_id"), primary_key=True),
    # No reference: a session that was turned away has no row.
    Column("session_id", ID, primary_key=True),
    Column("clinician_ref", Text),
    Column("reason_code", Text, nullable=False),
    Column("refused_at", Moment, nullable=False),
)

stage_controls = Table(
    "stage_controls",
    metadata,
    # A row for each stage, locked by whoever takes a run and by whoever changes it.
    Column("stage", Member(Stage), primary_key=True),
    Column("state", Member(QueueState), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
)
