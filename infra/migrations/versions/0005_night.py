"""Batches, turns, and the steering of stages and workers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_QUEUE = "ix_stage_runs_queue"
_ADDED = {
    "sessions": (
        ("expected_ms", sa.BigInteger()),
        ("clinician_ref", sa.Text()),
        ("batch_id", sa.String(64)),
    ),
    "stage_runs": (
        ("clinician_ref", sa.Text()),
        ("batch_id", sa.String(64)),
        ("audio_ms", sa.BigInteger()),
    ),
    "workers": (
        ("memory_bytes", sa.BigInteger()),
        ("version", sa.Text()),
        ("engine", sa.Text()),
        ("drain_since", sa.DateTime(timezone=True)),
    ),
}
_INDEXES = {
    "ix_stage_runs_turns": ["clinician_ref", "stage", "status", "priority", "turn"],
    "ix_stage_runs_batch": ["batch_id", "stage", "status"],
    "ix_stage_runs_finished": ["stage", "finished_at"],
}


def upgrade() -> None:
    for table, columns in _ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.add_column("stage_runs", sa.Column("turn", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_sessions_batch_id", "sessions", ["batch_id"], unique=False)
    op.drop_index(_QUEUE, "stage_runs")
    op.create_index(_QUEUE, "stage_runs", ["stage", "status", "priority", "turn", "created_at"], unique=False)
    for name, index_columns in _INDEXES.items():
        op.create_index(name, "stage_runs", index_columns, unique=False)
    op.execute(
        "UPDATE stage_runs SET audio_ms = (SELECT audio_ms FROM sessions s WHERE s.session_id = stage_runs.session_id)"
    )
    create_batches()
    create_controls()


def create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.String(64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", name="pk_batches"),
        sa.UniqueConstraint("manifest_sha256", name="uq_batches_manifest_sha256"),
    )
    op.create_index("ix_batches_created_at", "batches", ["created_at"], unique=False)
    op.create_table(
        "batch_refusals",
        sa.Column("batch_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("clinician_ref", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name="fk_batch_refusals_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", "session_id", name="pk_batch_refusals"),
    )


def create_controls() -> None:
    controls = op.create_table(
        "stage_controls",
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stage", name="pk_stage_controls"),
    )
    for stage in ("transcribe", "draft", "verify", "purge"):
        values = {"stage": stage, "state": "open", "actor": "setup", "reason": "setup", "revision": 0}
        op.execute(controls.insert().values(changed_at=sa.func.now(), **values))


def downgrade() -> None:
    for table in ("stage_controls", "batch_refusals", "batches"):
        op.drop_table(table)
    for name in _INDEXES:
        op.drop_index(name, "stage_runs")
    op.drop_index(_QUEUE, "stage_runs")
    op.create_index(_QUEUE, "stage_runs", ["stage", "status", "priority", "created_at"], unique=False)
    op.drop_index("ix_sessions_batch_id", "sessions")
    op.drop_column("stage_runs", "turn")
    for table, columns in _ADDED.items():
        for name, _ in columns:
            op.drop_column(table, name)
