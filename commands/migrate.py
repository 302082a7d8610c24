"""Bring the database's schema up to date."""

from commands.opening import console
from config.logging import configure_logging
from config.settings import load_settings
from config.wiring import prepare_embedded
from pipeline.adapters import database


def run() -> None:
    """Bring the database's schema up to date; safe to repeat."""
    settings = load_settings()
    configure_logging(settings.log.level)
    if settings.is_embedded:
        prepare_embedded(settings)
    else:
        database.migrate(settings.ledger_url)
    console.print("The schema is up to date.")
