"""Accounts, sign-ins and tokens on SQLite and PostgreSQL."""

from pipeline.adapters.database.accounts.records import Proof
from pipeline.adapters.database.accounts.sql_accounts import SqlAccounts
from pipeline.adapters.database.accounts.tokens import TokenRow
from pipeline.adapters.database.accounts.tries import Backoff

__all__ = ["Backoff", "Proof", "SqlAccounts", "TokenRow"]
