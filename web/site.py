"""The whole site: every room's routes over one deployment's wiring."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from config.wiring import Wiring
from pipeline.adapters.database.accounts import SqlAccounts
from pipeline.adapters.identity.passwords import Passwords
from web.app import make_app
from web.auth.router import auth_router
from web.doorkeeper import Doorkeeper


def make_site(wiring: Wiring, more: Sequence[APIRouter] = (), passwords: Passwords | None = None) -> FastAPI:
    """Return the site of a deployment; ``more`` are routers that need what only a command has."""
    doorkeeper = Doorkeeper(SqlAccounts(wiring.ledger.database), passwords or Passwords())
    routers = [auth_router(), *more]
    return make_app(routers, lambda: wiring.ledger.sessions(limit=1), doorkeeper)
