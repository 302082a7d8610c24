"""Wrapping every data key under the current wrapping key; objects are not touched."""

from sqlalchemy import func, select

from pipeline.adapters.database.rewrapping_secrets import rewrap_secrets
from pipeline.adapters.database.tables import data_keys
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.session_events import KeysRewrapped
from pipeline.domain.artifact import associated_data
from pipeline.ports import KeyWrapper

_BATCH = 500


def wrapping_keys(database: Database) -> tuple[tuple[str, int], ...]:
    """Return each wrapping key's id and how many live data keys it wraps; a rotation moves other secrets with them."""
    live = select(data_keys.c.wrapping_key_id, func.count().label("keys")).where(data_keys.c.destroyed_at.is_(None))
    query = live.group_by(data_keys.c.wrapping_key_id).order_by(data_keys.c.wrapping_key_id)
    rows = database.read(lambda tx: tx.rows(query))
    return tuple((row["wrapping_key_id"], row["keys"]) for row in rows)


def rewrap(database: Database, keys: KeyWrapper, actor: str) -> int:
    """Wrap what other wrapping keys wrap under the current one, batch by batch; return how many.

    Stopped half-way it goes on where it stopped; one audit entry a batch.
    """
    done = database.write(lambda tx: rewrap_secrets(tx, keys, actor))
    while batch := database.write(lambda tx: _rewrap_batch(tx, keys, actor)):
        done += batch
    return done


def _rewrap_batch(tx: Transaction, keys: KeyWrapper, actor: str) -> int:
    query = (
        select(data_keys)
        .where(data_keys.c.destroyed_at.is_(None), data_keys.c.wrapping_key_id != keys.wrapping_key_id)
        .order_by(data_keys.c.key_id)
        .limit(_BATCH)
        .with_for_update()
    )
    rows = tx.rows(query)
    for row in rows:
        bound_to = associated_data(row["session_id"], row["kind"], row["key_id"])
        wrapped = keys.wrap(keys.unwrap(row["wrapped"], bound_to), bound_to)
        tx.connection.execute(
            data_keys.update()
            .where(data_keys.c.key_id == row["key_id"])
            .values(wrapped=wrapped, wrapping_key_id=keys.wrapping_key_id)
        )
    if rows:
        tx.record(KeysRewrapped(actor, keys.wrapping_key_id, len(rows)))
    return len(rows)
