"""The schema, by Alembic migrations under infra/migrations, the same for SQLite and PostgreSQL."""

import threading
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from pipeline.adapters.database.engine import create_database_engine, named_errors
from pipeline.errors import DatabaseNewerError, DatabaseOlderError

if TYPE_CHECKING:
    # Alembic takes a while to import, and only a migration needs it.
    from alembic.config import Config

#: Alembic keeps the migration in progress in module globals.
_ALEMBIC = threading.Lock()


def migrate(url: str) -> None:
    """Bring the database up to the newest schema; safe to call again, and from several processes at once."""
    from alembic import command
    from alembic.util import CommandError

    engine = create_database_engine(url)
    try:
        with _ALEMBIC, named_errors():
            command.upgrade(migration_config(engine), "head")
    except CommandError:
        # A revision that none of our scripts leads to.
        raise DatabaseNewerError from None
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Raise ``DatabaseOlderError`` where a migration is missing, ``DatabaseNewerError`` where one is unknown."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with named_errors(), engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    scripts = ScriptDirectory.from_config(migration_config(engine))
    if applied - {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseNewerError
    if applied != set(scripts.get_heads()):
        raise DatabaseOlderError


def migration_config(engine: Engine) -> "Config":
    """Return what Alembic's commands need: the scripts, and the engine in place of an address."""
    from alembic.config import Config

    config = Config()
    config.attributes["engine"] = engine
    config.set_main_option("script_location", "infra:migrations")
    config.set_main_option("path_separator", "os")
    return config
