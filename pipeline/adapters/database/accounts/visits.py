"""Sign-ins on their way to the identity provider and back; each comes back once, and soon."""

from datetime import timedelta

from sqlalchemy import select

from pipeline.adapters.database.accounts.records import account_of
from pipeline.adapters.database.tables import accounts, oidc_visits
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.identity.provider import Visit
from pipeline.adapters.identity.secrets import digest_of
from pipeline.domain.account import Account

_WITHIN = timedelta(minutes=10)


def begin(tx: Transaction, visit: Visit) -> None:
    """Remember a visit, and forget those that never came back."""
    tx.connection.execute(oidc_visits.delete().where(oidc_visits.c.begun_at < tx.now - _WITHIN))
    tx.connection.execute(
        oidc_visits.insert().values(
            state_digest=digest_of(visit.state), nonce=visit.nonce, verifier=visit.verifier, begun_at=tx.now
        )
    )


def take(tx: Transaction, state: str) -> Visit | None:
    """Return a visit that came back in time, and forget it."""
    mine = oidc_visits.c.state_digest == digest_of(state)
    row = tx.row(select(oidc_visits).where(mine).with_for_update())
    if row is None:
        return None
    tx.connection.execute(oidc_visits.delete().where(mine))
    return Visit(state, row["nonce"], row["verifier"]) if tx.now - row["begun_at"] < _WITHIN else None


def by_subject(tx: Transaction, issuer: str, subject: str) -> Account | None:
    """Return the account a provider vouches for; ``None`` where there is none, or a disabled one."""
    query = select(accounts).where(
        accounts.c.oidc_issuer == issuer, accounts.c.oidc_subject == subject, accounts.c.disabled.is_(False)
    )
    row = tx.row(query)
    return None if row is None else account_of(tx, row)
