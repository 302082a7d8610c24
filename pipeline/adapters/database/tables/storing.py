"""What lies in the object store, and the keys that open it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata, session_column
from pipeline.domain.artifact import ArtifactKind

data_keys = Table(
    "data_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    session_column(),
    Column("kind", Member(ArtifactKind), nullable=False),
    # Empty once destroyed; the row stays as proof that there was a key.
    Column("wrapped", LargeBinary),
    Column("wrapping_key_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
    Column("destroyed_by", ID, ForeignKey("stage_runs.run_id")),
    Index(
        "uq_data_keys_live",
        "session_id",
        "kind",
        unique=True,
        sqlite_where=text("destroyed_at IS NULL"),
        postgresql_where=text("destroyed_at IS NULL"),
    ),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("object_key", Text, primary_key=True),
    session_column(),
    Column("kind", Member(ArtifactKind), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("key_id", Text, ForeignKey("data_keys.key_id"), nullable=False),
    Column("ciphertext_sha256", String(64), nullable=False),
    Column("ciphertext_bytes", BigInteger, nullable=False),
    # The run that made it; none made what came in.
    Column("run_id", ID, ForeignKey("stage_runs.run_id")),
    Column("created_at", Moment, nullable=False),
    Column("superseded_at", Moment),
    Column("deleted_at", Moment),
    Index(
        "uq_artifacts_live",
        "session_id",
        "kind",
        unique=True,
        sqlite_where=text("superseded_at IS NULL AND deleted_at IS NULL"),
        postgresql_where=text("superseded_at IS NULL AND deleted_at IS NULL"),
    ),
)
