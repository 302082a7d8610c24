"""What else the wrapping key wraps: seeds of second factors, secrets of webhooks, keys of uploads under way."""

from sqlalchemy import select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import accounts, uploads, webhooks
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.session_events import KeysRewrapped
from pipeline.domain.account import AccountId, seed_bound_to
from pipeline.domain.artifact import ArtifactKind, KeyId, associated_data
from pipeline.domain.session import SessionId
from pipeline.domain.webhook import secret_bound_to
from pipeline.ports import KeyWrapper


def rewrap_secrets(tx: Transaction, keys: KeyWrapper, actor: str) -> int:
    """Wrap what other wrapping keys wrap under the current one; return how many."""
    done = _seeds(tx, keys) + _webhook_secrets(tx, keys) + _upload_keys(tx, keys)
    if done:
        tx.record(KeysRewrapped(actor, keys.wrapping_key_id, done))
    return done


def _seeds(tx: Transaction, keys: KeyWrapper) -> int:
    older = accounts.c.totp_wrapping_key_id != keys.wrapping_key_id
    rows = tx.rows(select(accounts).where(accounts.c.totp_wrapped.is_not(None), older).with_for_update())
    for row in rows:
        wrapped = _again(keys, row["totp_wrapped"], seed_bound_to(AccountId(row["account_id"])))
        mine = accounts.c.account_id == row["account_id"]
        values = {"totp_wrapped": wrapped, "totp_wrapping_key_id": keys.wrapping_key_id}
        tx.connection.execute(accounts.update().where(mine).values(**values))
    return len(rows)


def _webhook_secrets(tx: Transaction, keys: KeyWrapper) -> int:
    older = webhooks.c.wrapping_key_id != keys.wrapping_key_id
    rows = tx.rows(select(webhooks).where(older).with_for_update())
    for row in rows:
        bound_to = secret_bound_to(row["webhook_id"])
        former = row["older_secret"]
        values = {
            "secret": _again(keys, row["secret"], bound_to),
            "older_secret": None if former is None else _again(keys, former, bound_to),
            "wrapping_key_id": keys.wrapping_key_id,
        }
        tx.connection.execute(webhooks.update().where(webhooks.c.webhook_id == row["webhook_id"]).values(**values))
    return len(rows)


def _upload_keys(tx: Transaction, keys: KeyWrapper) -> int:
    older = uploads.c.wrapping_key_id != keys.wrapping_key_id
    rows = tx.rows(select(uploads).where(uploads.c.wrapped.is_not(None), older).with_for_update())
    for row in rows:
        values = {"wrapped": _again(keys, row["wrapped"], _upload(row)), "wrapping_key_id": keys.wrapping_key_id}
        tx.connection.execute(uploads.update().where(uploads.c.upload_id == row["upload_id"]).values(**values))
    return len(rows)


def _upload(row: Row) -> bytes:
    return associated_data(SessionId(row["session_id"]), ArtifactKind.RECORDING, KeyId(row["key_id"]))


def _again(keys: KeyWrapper, wrapped: bytes, bound_to: bytes) -> bytes:
    return keys.wrap(keys.unwrap(wrapped, bound_to), bound_to)
