"""Retention: policies, clocks, holds, and the proof of deletion."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text, text

from pipeline.adapters.database.columns import SERIAL, Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata, session_column
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.retention import RetentionTrigger

retention_policies = Table(
    "retention_policies",
    metadata,
    session_column(primary_key=True),
    Column("policy_id", Text, nullable=False),
    Column("rules", Text, nullable=False),
)

retention_moments = Table(
    "retention_moments",
    metadata,
    session_column(primary_key=True),
    Column("trigger", Member(RetentionTrigger), primary_key=True),
    Column("at", Moment, nullable=False),
)

retention_clocks = Table(
    "retention_clocks",
    metadata,
    session_column(primary_key=True),
    Column("kind", Member(ArtifactKind), primary_key=True),
    Column("due_at", Moment),
    Column("basis", Text, nullable=False),
    # Made due by a person; no later moment moves it.
    Column("forced", Boolean, nullable=False),
    Column("stopped_at", Moment),
    Index("ix_retention_clocks_due", "stopped_at", "due_at"),
)

holds = Table(
    "holds",
    metadata,
    Column("hold_id", SERIAL, primary_key=True, autoincrement=True),
    session_column(),
    Column("reason_code", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", Moment),
    Index(
        "uq_holds_standing",
        "session_id",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)

certificates = Table(
    "certificates",
    metadata,
    Column("certificate_id", Text, primary_key=True),
    session_column(),
    Column("run_id", ID, ForeignKey("stage_runs.run_id"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signing_key_id", Text, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Index(None, "session_id"),
    Index(None, "issued_at"),
)
