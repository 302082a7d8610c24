"""Sessions, consent, stage runs, keys and artifacts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("note_format", sa.String(32), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=True),
        sa.Column("audio_ms", sa.BigInteger(), nullable=True),
        sa.Column("input_sha256", sa.String(64), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_submitted_at", "sessions", ["submitted_at"], unique=False)
    op.create_table(
        "persons",
        sa.Column("person_ref", sa.Text(), nullable=False),
        sa.Column("consent_rev", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("person_ref", name="pk_persons"),
    )
    op.create_table(
        "participants",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("person_ref", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["person_ref"], ["persons.person_ref"], name="fk_participants_person_ref"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_participants_session_id"),
        sa.PrimaryKeyConstraint("session_id", "person_ref", name="pk_participants"),
    )
    op.create_index("ix_participants_person_ref", "participants", ["person_ref"], unique=False)
    op.create_table(
        "consents",
        sa.Column("rev", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_ref", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("decision", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.String(64), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_ref"], ["persons.person_ref"], name="fk_consents_person_ref"),
        sa.PrimaryKeyConstraint("rev", name="pk_consents"),
    )
    op.create_index(
        "ix_consents_person_ref_session_id_purpose_rev",
        "consents",
        ["person_ref", "session_id", "purpose", "rev"],
        unique=False,
    )
    op.create_table(
        "stage_runs",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("crash_count", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("consent_rev", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_stage_runs_session_id"),
        sa.PrimaryKeyConstraint("run_id", name="pk_stage_runs"),
        sa.UniqueConstraint("session_id", "stage", "generation", name="uq_stage_runs_session_id_stage_generation"),
    )
    op.create_index("ix_stage_runs_lease", "stage_runs", ["status", "lease_until"], unique=False)
    op.create_index("ix_stage_runs_queue", "stage_runs", ["stage", "status", "priority", "created_at"], unique=False)
    op.create_table(
        "data_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapping_key_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed_by", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["destroyed_by"], ["stage_runs.run_id"], name="fk_data_keys_destroyed_by"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_data_keys_session_id"),
        sa.PrimaryKeyConstraint("key_id", name="pk_data_keys"),
    )
    op.create_index(
        "uq_data_keys_live",
        "data_keys",
        ["session_id", "kind"],
        unique=True,
        sqlite_where=sa.text("destroyed_at IS NULL"),
        postgresql_where=sa.text("destroyed_at IS NULL"),
    )
    op.create_table(
        "artifacts",
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("ciphertext_sha256", sa.String(64), nullable=False),
        sa.Column("ciphertext_bytes", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["data_keys.key_id"], name="fk_artifacts_key_id"),
        sa.ForeignKeyConstraint(["run_id"], ["stage_runs.run_id"], name="fk_artifacts_run_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_artifacts_session_id"),
        sa.PrimaryKeyConstraint("object_key", name="pk_artifacts"),
    )
    op.create_index(
        "uq_artifacts_live",
        "artifacts",
        ["session_id", "kind"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL AND deleted_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL AND deleted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("artifacts")
    op.drop_table("data_keys")
    op.drop_table("stage_runs")
    op.drop_table("consents")
    op.drop_table("participants")
    op.drop_table("persons")
    op.drop_table("sessions")
