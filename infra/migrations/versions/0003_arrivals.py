"""Workers, and objects that arrive by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name="pk_workers"),
    )
    op.create_table(
        "arrivals",
        sa.Column("arrival_id", sa.String(64), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("session_id", sa.String(64), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("arrival_id", name="pk_arrivals"),
        sa.UniqueConstraint("bucket", "key_digest", "version_id", name="uq_arrivals_bucket_key_digest_version_id"),
    )
    op.create_index("ix_arrivals_state_first_seen_at", "arrivals", ["state", "first_seen_at"], unique=False)


def downgrade() -> None:
    op.drop_table("arrivals")
    op.drop_table("workers")
