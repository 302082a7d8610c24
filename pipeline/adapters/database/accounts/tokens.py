"""Tokens of programs: scoped, ending, revocable; only a digest is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from pipeline.adapters.database.accounts.records import account_of, row_by_name
from pipeline.adapters.database.tables import access_tokens, accounts, token_scopes
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.identity.secrets import NewSecret
from pipeline.audit.access_events import TokenCreated, TokenRevoked
from pipeline.domain.account import AccountId, Permission, Principal, SignInMeans
from pipeline.errors import TokenUnknownError

_MARKED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as lists show it."""

    token_id: str
    account_name: str
    label: str
    scopes: tuple[Permission, ...]
    created_at: datetime
    ends_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenUse:
    """A token that counts."""

    principal: Principal
    #: Time to mark it as used again.
    is_due: bool


@dataclass(frozen=True, slots=True)
class TokenOrder:
    """A token to be made."""

    account_name: str
    label: str
    scopes: tuple[Permission, ...]
    lasts: timedelta


def create(tx: Transaction, order: TokenOrder, secret: NewSecret, actor: str) -> TokenRow:
    """Keep a token's digest; raise ``AccountUnknownError``."""
    account_id = AccountId(row_by_name(tx, order.account_name)["account_id"])
    scopes = tuple(sorted(set(order.scopes)))
    row = {
        "token_id": secret.key_id,
        "secret_digest": secret.digest,
        "account_id": account_id,
        "label": order.label,
        "created_at": tx.now,
        "ends_at": tx.now + order.lasts,
    }
    tx.connection.execute(access_tokens.insert().values(**row))
    tx.connection.execute(
        token_scopes.insert(), [{"token_id": secret.key_id, "scope": scope} for scope in scopes]
    ) if scopes else None
    tx.record(TokenCreated(account_id, secret.key_id, scopes, actor))
    return TokenRow(secret.key_id, order.account_name, order.label, scopes, tx.now, tx.now + order.lasts, None, None)


def revoke(tx: Transaction, token_id: str, actor: str) -> None:
    """Make a token count no more; raise ``TokenUnknownError``."""
    row = tx.row(select(access_tokens).where(access_tokens.c.token_id == token_id).with_for_update())
    if row is None:
        raise TokenUnknownError
    if row["revoked_at"] is not None:
        return
    mine = access_tokens.c.token_id == token_id
    tx.connection.execute(access_tokens.update().where(mine).values(revoked_at=tx.now))
    tx.record(TokenRevoked(AccountId(row["account_id"]), token_id, actor))


def all_tokens(tx: Transaction, account_name: str | None) -> tuple[TokenRow, ...]:
    """Return tokens, the newest first."""
    query = (
        select(access_tokens, accounts.c.name)
        .join(accounts, accounts.c.account_id == access_tokens.c.account_id)
        .order_by(access_tokens.c.created_at.desc(), access_tokens.c.token_id)
    )
    rows = tx.rows(query if account_name is None else query.where(accounts.c.name == account_name))
    return tuple(
        TokenRow(
            row["token_id"],
            row["name"],
            row["label"],
            tuple(sorted(_scopes(tx, row["token_id"]))),
            row["created_at"],
            row["ends_at"],
            row["used_at"],
            row["revoked_at"],
        )
        for row in rows
    )


def token_use(tx: Transaction, secret_digest: str) -> TokenUse | None:
    """Return what a token permits now: its scopes, as far as its account's roles still permit them."""
    query = (
        select(
            access_tokens.c.token_id,
            access_tokens.c.used_at,
            *(accounts.c[name] for name in ("account_id", "name", "disabled", "totp_wrapped", "signed_in_at")),
        )
        .join(accounts, accounts.c.account_id == access_tokens.c.account_id)
        .where(
            access_tokens.c.secret_digest == secret_digest,
            access_tokens.c.revoked_at.is_(None),
            access_tokens.c.ends_at > tx.now,
            accounts.c.disabled.is_(False),
        )
    )
    row = tx.row(query)
    if row is None:
        return None
    account = account_of(tx, row)
    permitted = account.permissions & frozenset(_scopes(tx, row["token_id"]))
    principal = Principal(
        account.account_id, account.name, account.roles, permitted, SignInMeans.TOKEN, row["token_id"]
    )
    return TokenUse(principal, row["used_at"] is None or tx.now - row["used_at"] >= _MARKED_EVERY)


def mark_used(tx: Transaction, token_id: str) -> None:
    """Note that a token is in use."""
    tx.connection.execute(access_tokens.update().where(access_tokens.c.token_id == token_id).values(used_at=tx.now))


def _scopes(tx: Transaction, token_id: str) -> Iterable[Permission]:
    query = select(token_scopes.c.scope).where(token_scopes.c.token_id == token_id)
    return [row["scope"] for row in tx.rows(query)]
