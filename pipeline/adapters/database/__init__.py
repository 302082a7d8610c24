"""The ledger on SQLite and PostgreSQL."""

from pipeline.adapters.database.engine import create_database_engine
from pipeline.adapters.database.ledger import SqlLedger, create_ledger
from pipeline.adapters.database.schema import migrate, schema_is_current
from pipeline.adapters.database.transactions import LedgerLimits

__all__ = ["LedgerLimits", "SqlLedger", "create_database_engine", "create_ledger", "migrate", "schema_is_current"]
