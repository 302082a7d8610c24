"""What dashboards need: since when a run is ready, what inspections found, and indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspections",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_inspections"),
    )
    op.add_column("stage_runs", sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("workers", sa.Column("fence_rejections", sa.BigInteger(), nullable=True))
    op.create_index("ix_stage_runs_ended", "stage_runs", ["status", "finished_at"], unique=False)
    op.create_index("ix_certificates_issued_at", "certificates", ["issued_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_certificates_issued_at", "certificates")
    op.drop_index("ix_stage_runs_ended", "stage_runs")
    op.drop_column("workers", "fence_rejections")
    op.drop_column("stage_runs", "ready_at")
    op.drop_table("inspections")
