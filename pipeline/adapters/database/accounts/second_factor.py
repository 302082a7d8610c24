"""Second factors on SQL: each code and each recovery code counts once, also for two requests at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from pipeline.adapters.database.accounts.records import change, end_sign_ins, row_by_name
from pipeline.adapters.database.tables import accounts, recovery_codes, sign_ins
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.access_events import RecoveryCodeUsed, SecondFactorRemoved, SecondFactorSet
from pipeline.domain.account import AccountId

#: Returns the time step whose code was given, at this moment.
Matched = Callable[[datetime], int | None]


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What an account's codes are checked against."""

    wrapped: bytes = field(repr=False)
    wrapping_key_id: str
    recovery_digests: Sequence[str] = field(repr=False)


def set_up(tx: Transaction, account_id: AccountId, factor: SecondFactor, matched: Matched, actor: str) -> bool:
    """Give an account a second factor, whose first code was given; say whether the code was right."""
    step = matched(tx.now)
    if step is None:
        return False
    change(
        tx,
        account_id,
        totp_wrapped=factor.wrapped,
        totp_wrapping_key_id=factor.wrapping_key_id,
        totp_step=step,
    )
    _forget_recovery_codes(tx, account_id)
    rows = [{"account_id": account_id, "code_digest": digest} for digest in factor.recovery_digests]
    tx.connection.execute(recovery_codes.insert(), rows)
    tx.record(SecondFactorSet(account_id, actor))
    return True


def remove(tx: Transaction, name: str, actor: str) -> None:
    """Take an account's second factor away, as for a lost telephone, and end its sign-ins."""
    account_id = AccountId(row_by_name(tx, name)["account_id"])
    change(tx, account_id, totp_wrapped=None, totp_wrapping_key_id=None)
    _forget_recovery_codes(tx, account_id)
    end_sign_ins(tx, sign_ins.c.account_id == account_id)
    tx.record(SecondFactorRemoved(account_id, actor))


def take_code(tx: Transaction, account_id: AccountId, matched: Matched) -> bool:
    """Take a code, unless it or a later one was taken before."""
    step = matched(tx.now)
    if step is None:
        return False
    newer = accounts.update().where(accounts.c.account_id == account_id, accounts.c.totp_step < step)
    return bool(tx.connection.execute(newer.values(totp_step=step)).rowcount)


def take_recovery_code(tx: Transaction, account_id: AccountId, digest: str) -> bool:
    """Take a recovery code, which is spent with that."""
    mine = recovery_codes.c.account_id == account_id
    spent = tx.connection.execute(recovery_codes.delete().where(mine, recovery_codes.c.code_digest == digest))
    if not spent.rowcount:
        return False
    left = tx.connection.execute(select(func.count()).select_from(recovery_codes).where(mine)).scalar_one()
    tx.record(RecoveryCodeUsed(account_id, left))
    return True


def _forget_recovery_codes(tx: Transaction, account_id: AccountId) -> None:
    tx.connection.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))
