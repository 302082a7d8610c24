"""The schema, by Alembic migrations under infra/migrations, the same for SQLite and PostgreSQL."""

import threading

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from pipeline.adapters.database.engine import create_database_engine

#: Alembic keeps the migration in progress in module globals.
_ALEMBIC = threading.Lock()


def migrate(url: str) -> None:
    """Bring the database up to the newest schema; safe to call again, and from several processes at once."""
    engine = create_database_engine(url)
    try:
        with _ALEMBIC:
            command.upgrade(migration_config(engine), "head")
    finally:
        engine.dispose()


def schema_is_current(engine: Engine) -> bool:
    """Say whether every migration was applied, and none that this program does not know."""
    with engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    return applied == set(ScriptDirectory.from_config(migration_config(engine)).get_heads())


def migration_config(engine: Engine) -> Config:
    """Return what Alembic's commands need: the scripts, and the engine in place of an address."""
    config = Config()
    config.attributes["engine"] = engine
    config.set_main_option("script_location", "infra:migrations")
    config.set_main_option("path_separator", "os")
    return config
