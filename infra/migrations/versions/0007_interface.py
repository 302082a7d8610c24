"""What the interface for programs stands on: uploads, requests, webhooks, and where a session is mentioned."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(64)
CODE = sa.String(32)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    make_uploads()
    make_requests()
    make_webhooks()
    make_mentions()


def make_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("upload_id", ID, nullable=False),
        column_for("session_id", "sessions", "uploads"),
        sa.Column("consent_rev", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", ID, nullable=True),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapping_key_id", sa.Text(), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("completing_since", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("upload_id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_session_id", "uploads", ["session_id"], unique=False)
    op.create_index("ix_uploads_state_ends_at", "uploads", ["state", "ends_at"], unique=False)
    op.create_table(
        "upload_parts",
        column_for("upload_id", "uploads", "upload_parts"),
        sa.Column("part_offset", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("ciphertext_sha256", ID, nullable=False),
        sa.Column("ciphertext_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "part_offset", name="pk_upload_parts"),
    )


def make_requests() -> None:
    op.create_table(
        "idempotent_requests",
        column_for("account_id", "accounts", "idempotent_requests"),
        sa.Column("idempotency_key", ID, nullable=False),
        sa.Column("request_digest", ID, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "idempotency_key", name="pk_idempotent_requests"),
    )
    op.create_index("ix_idempotent_requests_begun_at", "idempotent_requests", ["begun_at"], unique=False)


def make_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("older_secret", sa.LargeBinary(), nullable=True),
        sa.Column("older_ends_at", MOMENT, nullable=True),
        sa.Column("wrapping_key_id", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_events",
        column_for("webhook_id", "webhooks", "webhook_events"),
        sa.Column("event", CODE, nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "event", name="pk_webhook_events"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", ID, nullable=False),
        column_for("webhook_id", "webhooks", "webhook_deliveries"),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("event", CODE, nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_webhook_deliveries"),
    )
    deliveries = "webhook_deliveries"
    op.create_index("ix_webhook_deliveries_state_not_before", deliveries, ["state", "not_before"], unique=False)
    index = "ix_webhook_deliveries_webhook_id_happened_at"
    op.create_index(index, deliveries, ["webhook_id", "happened_at"], unique=False)


def column_for(name: str, parent: str, table: str) -> sa.Column[str]:
    return sa.Column(name, ID, sa.ForeignKey(f"{parent}.{name}", name=f"fk_{table}_{name}"), nullable=False)


def make_mentions() -> None:
    op.create_table(
        "audit_mentions",
        sa.Column("session_id", ID, nullable=False),
        sa.Column("stream", CODE, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "stream", "seq", name="pk_audit_mentions"),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    named = "body::json->'facts'->>'session_id'" if is_postgresql else "json_extract(body, '$.facts.session_id')"
    op.execute(
        f"INSERT INTO audit_mentions SELECT {named}, stream, seq FROM audit_entries WHERE {named} IS NOT NULL"  # noqa: S608 - two constants
    )


def downgrade() -> None:
    for table in (
        "audit_mentions",
        "webhook_deliveries",
        "webhook_events",
        "webhooks",
        "idempotent_requests",
        "upload_parts",
        "uploads",
    ):
        op.drop_table(table)
