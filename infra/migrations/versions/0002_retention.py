"""Retention: policies, clocks, holds, certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_policies",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_retention_policies_session_id"),
        sa.PrimaryKeyConstraint("session_id", name="pk_retention_policies"),
    )
    op.create_table(
        "retention_moments",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("trigger", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_retention_moments_session_id"),
        sa.PrimaryKeyConstraint("session_id", "trigger", name="pk_retention_moments"),
    )
    op.create_table(
        "retention_clocks",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_retention_clocks_session_id"),
        sa.PrimaryKeyConstraint("session_id", "kind", name="pk_retention_clocks"),
    )
    op.create_index("ix_retention_clocks_due", "retention_clocks", ["stopped_at", "due_at"], unique=False)
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_holds_session_id"),
        sa.PrimaryKeyConstraint("hold_id", name="pk_holds"),
    )
    op.create_index(
        "uq_holds_standing",
        "holds",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "certificates",
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signing_key_id", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["stage_runs.run_id"], name="fk_certificates_run_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_certificates_session_id"),
        sa.PrimaryKeyConstraint("certificate_id", name="pk_certificates"),
    )
    op.create_index("ix_certificates_session_id", "certificates", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("certificates")
    op.drop_table("holds")
    op.drop_table("retention_clocks")
    op.drop_table("retention_moments")
    op.drop_table("retention_policies")
