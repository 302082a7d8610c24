"""The ledger on SQLite and PostgreSQL."""

from pipeline.adapters.database.engine import create_database_engine
from pipeline.adapters.database.ledger import SqlLedger, create_ledger
from pipeline.adapters.database.schema import check_schema, migrate
from pipeline.adapters.database.transactions import LedgerLimits

__all__ = ["LedgerLimits", "SqlLedger", "check_schema", "create_database_engine", "create_ledger", "migrate"]
