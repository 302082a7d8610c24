"""The schema, by Alembic migrations under infra/migrations, the same for SQLite and PostgreSQL."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from pipeline.adapters.database.engine import create_database_engine


def migrate(url: str) -> None:
    """Bring the database up to the newest schema; safe to call again, and from several processes at once."""
    engine = create_database_engine(url)
    try:
        config = _config()
        config.attributes["engine"] = engine
        command.upgrade(config, "head")
    finally:
        engine.dispose()


def schema_is_current(engine: Engine) -> bool:
    """Say whether every migration was applied, and none that this program does not know."""
    with engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    return applied == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "infra:migrations")
    config.set_main_option("path_separator", "os")
    return config
