"""Accounts, sign-ins and tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    make_accounts()
    make_sign_ins()
    make_tokens()


def make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("oidc_issuer", sa.Text(), nullable=True),
        sa.Column("oidc_subject", sa.Text(), nullable=True),
        sa.Column("totp_wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("totp_wrapping_key_id", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name="uq_accounts_oidc_issuer_oidc_subject"),
    )
    op.create_table(
        "account_roles",
        account_column("account_roles"),
        sa.Column("role", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role", name="pk_account_roles"),
    )
    op.create_table(
        "recovery_codes",
        account_column("recovery_codes"),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "code_digest", name="pk_recovery_codes"),
    )


def make_sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("sign_in_id", sa.String(64), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        account_column("sign_ins"),
        sa.Column("means", sa.String(32), nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_sign_ins"),
        sa.UniqueConstraint("secret_digest", name="uq_sign_ins_secret_digest"),
    )
    op.create_index("ix_sign_ins_account_id", "sign_ins", ["account_id"], unique=False)
    op.create_index("ix_sign_ins_seen_at", "sign_ins", ["seen_at"], unique=False)
    op.create_table(
        "oidc_visits",
        sa.Column("state_digest", sa.String(64), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state_digest", name="pk_oidc_visits"),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_last_at", "sign_in_tries", ["last_at"], unique=False)


def make_tokens() -> None:
    op.create_table(
        "access_tokens",
        sa.Column("token_id", sa.String(64), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        account_column("access_tokens"),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_id", name="pk_access_tokens"),
        sa.UniqueConstraint("secret_digest", name="uq_access_tokens_secret_digest"),
    )
    op.create_index("ix_access_tokens_account_id", "access_tokens", ["account_id"], unique=False)
    op.create_table(
        "token_scopes",
        sa.Column("token_id", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["access_tokens.token_id"], name="fk_token_scopes_token_id"),
        sa.PrimaryKeyConstraint("token_id", "scope", name="pk_token_scopes"),
    )


def account_column(table: str) -> sa.Column[str]:
    reference = sa.ForeignKey("accounts.account_id", name=f"fk_{table}_account_id")
    return sa.Column("account_id", sa.String(64), reference, nullable=False)


def downgrade() -> None:
    for table in (
        "token_scopes",
        "access_tokens",
        "sign_in_tries",
        "oidc_visits",
        "sign_ins",
        "recovery_codes",
        "account_roles",
        "accounts",
    ):
        op.drop_table(table)
