"""Accounts themselves: made, changed, disabled; never deleted and never renamed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import account_roles, accounts, sign_ins
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.access_events import AccountAdded, AccountDisabled, AccountEnabled, AccountRolesSet, PasswordSet
from pipeline.domain.account import Account, AccountId, Role
from pipeline.errors import AccountExistsError, AccountUnknownError


@dataclass(frozen=True, slots=True)
class Proof:
    """What an account is known by beside its name: a password, or a subject at an identity provider."""

    password_hash: str | None = field(default=None, repr=False)
    oidc_issuer: str | None = None
    oidc_subject: str | None = None


def add(tx: Transaction, name: str, roles: Iterable[Role], proof: Proof, actor: str) -> Account:
    """Make an account; raise ``AccountExistsError`` where the name or the subject is taken."""
    account_id = AccountId(f"acc-{uuid.uuid4().hex}")
    given = tuple(sorted(set(roles)))
    made = tx.insert_absent(
        accounts,
        account_id=account_id,
        name=name,
        password_hash=proof.password_hash,
        oidc_issuer=proof.oidc_issuer,
        oidc_subject=proof.oidc_subject,
        disabled=False,
        created_at=tx.now,
    )
    if not made:
        raise AccountExistsError
    _keep_roles(tx, account_id, given)
    tx.record(AccountAdded(account_id, given, actor))
    return Account(account_id, name, frozenset(given))


def by_name(tx: Transaction, name: str) -> Account:
    """Return the account; raise ``AccountUnknownError``."""
    return account_of(tx, row_by_name(tx, name))


def row_by_name(tx: Transaction, name: str) -> Row:
    """Return the account's row under lock; raise ``AccountUnknownError``."""
    found = tx.row(select(accounts).where(accounts.c.name == name).with_for_update())
    if found is None:
        raise AccountUnknownError
    return found


def everyone(tx: Transaction) -> tuple[Account, ...]:
    """Return every account by name."""
    return tuple(account_of(tx, row) for row in tx.rows(select(accounts).order_by(accounts.c.name)))


def account_of(tx: Transaction, row: Row) -> Account:
    """Return the account a row is of, with its roles."""
    query = select(account_roles.c.role).where(account_roles.c.account_id == row["account_id"])
    return Account(
        AccountId(row["account_id"]),
        row["name"],
        frozenset(found["role"] for found in tx.rows(query)),
        row["disabled"],
        row["totp_wrapped"] is not None,
        row["signed_in_at"],
    )


def set_roles(tx: Transaction, name: str, roles: Iterable[Role], actor: str) -> None:
    """Give an account other roles; they count from its next request on."""
    account_id = AccountId(row_by_name(tx, name)["account_id"])
    given = tuple(sorted(set(roles)))
    tx.connection.execute(account_roles.delete().where(account_roles.c.account_id == account_id))
    _keep_roles(tx, account_id, given)
    tx.record(AccountRolesSet(account_id, given, actor))


def set_password(tx: Transaction, name: str, password_hash: str, actor: str) -> None:
    """Give an account another password and end its sign-ins."""
    account_id = AccountId(row_by_name(tx, name)["account_id"])
    change(tx, account_id, password_hash=password_hash)
    end_sign_ins(tx, sign_ins.c.account_id == account_id)
    tx.record(PasswordSet(account_id, actor))


def disable(tx: Transaction, name: str, actor: str) -> None:
    """Let an account in no more: its sign-ins end, and its tokens are refused."""
    row = row_by_name(tx, name)
    if row["disabled"]:
        return
    account_id = AccountId(row["account_id"])
    change(tx, account_id, disabled=True)
    end_sign_ins(tx, sign_ins.c.account_id == account_id)
    tx.record(AccountDisabled(account_id, actor))


def enable(tx: Transaction, name: str, actor: str) -> None:
    """Let an account in again."""
    row = row_by_name(tx, name)
    if not row["disabled"]:
        return
    account_id = AccountId(row["account_id"])
    change(tx, account_id, disabled=False)
    tx.record(AccountEnabled(account_id, actor))


def change(tx: Transaction, account_id: AccountId, **values: object) -> None:
    """Change columns of an account."""
    tx.connection.execute(accounts.update().where(accounts.c.account_id == account_id).values(**values))


def end_sign_ins(tx: Transaction, which: ColumnElement[bool]) -> int:
    """End these sign-ins now; return how many stood."""
    standing = sign_ins.update().where(which, sign_ins.c.ended_at.is_(None))
    return tx.connection.execute(standing.values(ended_at=tx.now)).rowcount


def _keep_roles(tx: Transaction, account_id: AccountId, roles: tuple[Role, ...]) -> None:
    if roles:
        rows = [{"account_id": account_id, "role": role} for role in roles]
        tx.connection.execute(account_roles.insert(), rows)
