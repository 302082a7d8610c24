"""Vocabularies that are given before the recording comes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_vocabularies",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_keys.key_id"], name="fk_waiting_vocabularies_key_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_waiting_vocabularies_session_id"),
        sa.PrimaryKeyConstraint("session_id", name="pk_waiting_vocabularies"),
    )
    op.create_index("ix_waiting_vocabularies_kept_at", "waiting_vocabularies", ["kept_at"], unique=False)


def downgrade() -> None:
    op.drop_table("waiting_vocabularies")
