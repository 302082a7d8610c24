"""Accounts, how each proves itself, and what was handed out to each; no secret is kept in the clear."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata
from pipeline.domain.account import Permission, Role, SignInMeans

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", ID, primary_key=True),
    # Never given twice: an account is disabled, not deleted.
    Column("name", ID, nullable=False),
    # Argon2id; empty where an identity provider vouches.
    Column("password_hash", Text),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    # What codes are made from, wrapped by the deployment's wrapping key.
    Column("totp_wrapped", LargeBinary),
    Column("totp_wrapping_key_id", Text),
    # The newest time step whose code was taken; none is taken twice.
    Column("totp_step", BigInteger, nullable=False, server_default=text("0")),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
    UniqueConstraint("name"),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
)


def _account_column(*, primary_key: bool = False) -> Column[str]:
    return Column("account_id", ID, ForeignKey("accounts.account_id"), nullable=False, primary_key=primary_key)


account_roles = Table(
    "account_roles",
    metadata,
    _account_column(primary_key=True),
    Column("role", Member(Role), primary_key=True),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _account_column(primary_key=True),
    Column("code_digest", String(64), primary_key=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("sign_in_id", ID, primary_key=True),
    Column("secret_digest", String(64), nullable=False),
    _account_column(),
    Column("means", Member(SignInMeans), nullable=False),
    # A password was right and a code is still to come: permits nothing yet.
    Column("awaits_code", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("secret_digest"),
    Index(None, "account_id"),
    Index(None, "seen_at"),
)

#: A sign-in on its way to the identity provider and back.
oidc_visits = Table(
    "oidc_visits",
    metadata,
    Column("state_digest", String(64), primary_key=True),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_id", ID, primary_key=True),
    Column("secret_digest", String(64), nullable=False),
    _account_column(),
    Column("label", ID, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
    UniqueConstraint("secret_digest"),
    Index(None, "account_id"),
)

token_scopes = Table(
    "token_scopes",
    metadata,
    Column("token_id", ID, ForeignKey("access_tokens.token_id"), primary_key=True),
    Column("scope", Member(Permission), primary_key=True),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    # A digest of a name, an address or both: who tried what is nobody's business later.
    Column("subject", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Index(None, "last_at"),
)
