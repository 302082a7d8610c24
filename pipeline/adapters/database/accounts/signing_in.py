"""Sign-ins: opened, looked up at every request, and over after idle minutes or hours in all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from pipeline.adapters.database.accounts.records import account_of, change, end_sign_ins
from pipeline.adapters.database.accounts.tries import forget_tries
from pipeline.adapters.database.tables import accounts, sign_ins
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.identity.secrets import NewSecret
from pipeline.audit.access_events import SignedIn, SignedOff, SignInRefused
from pipeline.domain.account import Account, AccountId, Principal, SignInMeans

#: A sign-in is marked as used at most this often, so that a page costs a read and no write.
_MARKED_EVERY = timedelta(seconds=30)
_CODE_WITHIN = timedelta(minutes=5)
_ENDED_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Endurance:
    """How long a sign-in lasts."""

    idle: timedelta = timedelta(minutes=15)
    at_most: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account and what its password and codes are checked against."""

    account: Account
    password_hash: str | None = field(repr=False)
    totp_wrapped: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that stands."""

    account: Account
    sign_in_id: str
    means: SignInMeans
    awaits_code: bool
    idle_until: datetime
    #: Time to mark it as used again.
    is_due: bool

    @property
    def principal(self) -> Principal:
        """Return who asks."""
        account = self.account
        return Principal(
            account.account_id,
            account.name,
            account.roles,
            account.permissions,
            self.means,
            self.sign_in_id,
            self.idle_until,
        )


def credentials(tx: Transaction, name: str) -> Credentials | None:
    """Return what a name must prove; ``None`` where it is nobody's or disabled."""
    row = tx.row(select(accounts).where(accounts.c.name == name, accounts.c.disabled.is_(False)))
    if row is None:
        return None
    return Credentials(account_of(tx, row), row["password_hash"], row["totp_wrapped"])


def open_sign_in(
    tx: Transaction, account: Account, means: SignInMeans, secret: NewSecret, *, awaits_code: bool, address: str
) -> None:
    """Open a sign-in under a fresh secret."""
    tx.connection.execute(
        sign_ins.insert().values(
            sign_in_id=secret.key_id,
            secret_digest=secret.digest,
            account_id=account.account_id,
            means=means,
            awaits_code=awaits_code,
            opened_at=tx.now,
            seen_at=tx.now,
        )
    )
    if awaits_code:
        return
    forget_tries(tx, account.name, address)
    change(tx, account.account_id, signed_in_at=tx.now)
    tx.record(SignedIn(account.account_id, secret.key_id, means))


def refuse(tx: Transaction, account_id: AccountId | None, reason_code: str) -> None:
    """Note that a try failed."""
    tx.record(SignInRefused(account_id, reason_code))


def standing(tx: Transaction, secret_digest: str, endurance: Endurance) -> SignIn | None:
    """Return the sign-in with this secret unless it is over."""
    query = (
        select(sign_ins, *(accounts.c[name] for name in ("name", "disabled", "totp_wrapped", "signed_in_at")))
        .join(accounts, accounts.c.account_id == sign_ins.c.account_id)
        .where(sign_ins.c.secret_digest == secret_digest, sign_ins.c.ended_at.is_(None), accounts.c.disabled.is_(False))
    )
    row = tx.row(query)
    if row is None:
        return None
    longest = _CODE_WITHIN if row["awaits_code"] else endurance.at_most
    idle_until = min(row["seen_at"] + endurance.idle, row["opened_at"] + longest)
    if idle_until <= tx.now:
        return None
    is_due = tx.now - row["seen_at"] >= min(_MARKED_EVERY, endurance.idle / 4)
    return SignIn(account_of(tx, row), row["sign_in_id"], row["means"], row["awaits_code"], idle_until, is_due)


def mark_seen(tx: Transaction, sign_in_id: str) -> None:
    """Note that a sign-in is in use."""
    tx.connection.execute(sign_ins.update().where(sign_ins.c.sign_in_id == sign_in_id).values(seen_at=tx.now))


def sign_off(tx: Transaction, sign_in_id: str, account_id: AccountId) -> None:
    """End a sign-in by its owner's hand."""
    if end_sign_ins(tx, sign_ins.c.sign_in_id == sign_in_id):
        tx.record(SignedOff(account_id, sign_in_id))


def replace_sign_in(tx: Transaction, sign_in_id: str) -> None:
    """End a sign-in that another takes over from."""
    end_sign_ins(tx, sign_ins.c.sign_in_id == sign_in_id)


def forget_old_sign_ins(tx: Transaction, endurance: Endurance) -> None:
    """Remove the rows of sign-ins that were over long ago."""
    tx.connection.execute(sign_ins.delete().where(sign_ins.c.seen_at < tx.now - endurance.at_most - _ENDED_KEPT))
