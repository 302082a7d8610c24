"""Run the migrations on the engine they are given; there is no offline mode and no settings file."""

from alembic import context
from sqlalchemy import Connection, Engine, text

from pipeline.adapters.database.engine import WRITES
from pipeline.adapters.database.tables import metadata

# Any number will do that nothing else in the database locks.
_MIGRATION_LOCK = 7_240_611


def run() -> None:
    """Migrate in one transaction, one process at a time."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        with context.begin_transaction():
            lock(connection)
            context.run_migrations()


def lock(connection: Connection) -> None:
    """Wait for another process that migrates; SQLite's BEGIN IMMEDIATE did that already."""
    if connection.dialect.name == "postgresql":
        # A migration may rewrite a large table; what keeps workers from waiting must not cut it off.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


run()
