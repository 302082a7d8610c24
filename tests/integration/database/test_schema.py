"""The schema that migrations make, on real databases."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from pipeline.adapters.database import check_schema, create_database_engine, create_ledger, migrate
from pipeline.adapters.database.schema import migration_config
from pipeline.adapters.database.tables import metadata
from pipeline.errors import DatabaseNewerError, DatabaseOlderError
from tests.servers.postgres import Cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'ledger.db'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    cluster.execute("DROP DATABASE IF EXISTS empty_one")
    cluster.execute("CREATE DATABASE empty_one")
    return cluster.url("empty_one")


def test_migrations_make_what_the_program_expects(empty_url: str) -> None:
    """From nothing, the migrations lead to exactly the tables that the program declares."""
    migrate(empty_url)

    engine = create_database_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_a_schema_that_is_behind_is_named(empty_url: str) -> None:
    """An empty database and one a step behind are not set up; a migrated one is."""
    engine = create_database_engine(empty_url)
    with pytest.raises(DatabaseOlderError):
        check_schema(engine)
    migrate(empty_url)
    check_schema(engine)
    command.downgrade(migration_config(engine), "-1")

    with pytest.raises(DatabaseOlderError):
        check_schema(engine)
    engine.dispose()


@pytest.mark.servers
def test_a_database_nobody_set_up_is_named_by_whoever_needs_it(postgres: Cluster) -> None:
    """A program over PostgreSQL without tables says that `migrate` is to be run, and not that something broke."""
    postgres.execute("DROP DATABASE IF EXISTS empty_two")
    postgres.execute("CREATE DATABASE empty_two")
    ledger = create_ledger(postgres.url("empty_two"))

    with pytest.raises(DatabaseOlderError):
        ledger.sessions(limit=1)
    ledger.close()


def test_a_newer_schema_is_named(empty_url: str) -> None:
    """A program that was set back over a database that was not says so, and changes nothing."""
    migrate(empty_url)
    engine = create_database_engine(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseNewerError):
        migrate(empty_url)
    with pytest.raises(DatabaseNewerError):
        check_schema(engine)
    engine.dispose()


def test_every_step_can_be_undone(empty_url: str) -> None:
    """Down to nothing and up again leads to the same place."""
    migrate(empty_url)
    engine = create_database_engine(empty_url)

    command.downgrade(migration_config(engine), "base")

    left = set(inspect(engine).get_table_names())
    migrate(empty_url)
    assert left == {"alembic_version"}
    check_schema(engine)
    engine.dispose()


def test_migrating_again_and_at_once_is_safe(empty_url: str) -> None:
    """Several processes that start together migrate once."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(migrate, [empty_url] * 2))

    engine = create_database_engine(empty_url)
    check_schema(engine)
    assert set(inspect(engine).get_table_names()) > set(metadata.tables)
    engine.dispose()
