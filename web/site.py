"""The whole site: every room's routes over one deployment's wiring."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from config.arrivals import make_vocabularies
from config.wiring import Wiring
from pipeline.adapters.database.accounts import SqlAccounts
from pipeline.adapters.database.accounts.signing_in import Endurance
from pipeline.adapters.database.requests import SqlRequests
from pipeline.adapters.database.sql_uploads import SqlUploads
from pipeline.adapters.database.sql_webhooks import SqlWebhooks
from pipeline.adapters.identity.passwords import Passwords
from pipeline.adapters.identity.provider import Client, Provider
from pipeline.adapters.webhooks.delivering import Deliveries
from pipeline.intake import Intake
from pipeline.ports import Doorbell
from pipeline.uploads import Uploads
from pipeline.vocabularies import Vocabularies
from web.api.auditing import audit_router
from web.api.batches import batches_router
from web.api.consents import consents_router
from web.api.description import description_router
from web.api.operating import queues_router, runs_router
from web.api.sessions import sessions_router
from web.api.transcripts import transcripts_router
from web.api.uploads import uploads_router
from web.api.vocabularies import vocabularies_router
from web.api.webhooks import webhooks_router
from web.app import make_app
from web.auth.accounts_router import accounts_router
from web.auth.code_router import code_router
from web.auth.landing import OIDC
from web.auth.oidc_router import oidc_router
from web.auth.own_account import front_door_router, own_account_router
from web.auth.router import auth_router
from web.auth.second_factor import SecondFactors
from web.doorkeeper import Doorkeeper
from web.limits import Limiter, RateLimiter
from web.ops.opening import make_room
from web.ops.router import ops_router
from web.shared_limits import SharedRateLimiter


@dataclass(frozen=True, slots=True)
class Site:
    """The application, and what keeps house beside it."""

    app: FastAPI
    doorkeeper: Doorkeeper
    uploads: Uploads
    requests: SqlRequests
    deliveries: Deliveries
    vocabularies: Vocabularies

    def keep_house(self) -> None:
        """Delete what was left behind: uploads and names that no session came of, sign-ins and answers of long ago."""
        self.uploads.remove_leftovers()
        self.vocabularies.remove_stale()
        self.doorkeeper.accounts.forget_old()
        self.requests.forget_old()


def make_site(
    wiring: Wiring, doorbell: Doorbell, more: Sequence[APIRouter] = (), passwords: Passwords | None = None
) -> Site:
    """Return the site of a deployment; ``more`` are routers that need what only a command has."""
    identity = wiring.settings.identity
    accounts = SqlAccounts(wiring.ledger.database, Endurance(identity.idle, identity.at_most))
    doorkeeper = Doorkeeper(
        accounts,
        passwords or Passwords(),
        _limiter(wiring),
        SecondFactors(accounts, wiring.keys),
        identity.second_factor_required,
    )
    intake = Intake(wiring.ledger, wiring.artifacts, doorbell, wiring.settings.recording.max_bytes)
    uploads = make_uploads(wiring, intake)
    vocabularies = make_vocabularies(wiring)
    rooms = [
        *_signing_in(wiring),
        own_account_router(),
        accounts_router(),
        front_door_router(),
        ops_router(make_room(wiring, doorbell)),
    ]
    routers = [*rooms, *_interface(wiring, intake, uploads, vocabularies), *more]
    app = make_app(routers, lambda: wiring.ledger.sessions(limit=1), doorkeeper)
    requests = SqlRequests(wiring.ledger.database)
    app.state.requests = requests
    return Site(app, doorkeeper, uploads, requests, make_deliveries(wiring), vocabularies)


def _limiter(wiring: Wiring) -> Limiter:
    """Return what counts requests: for all web processes where they share a Redis, else for this one."""
    redis_url = wiring.settings.redis_url.get_secret_value()
    per_minute = wiring.settings.api.requests_per_minute
    return SharedRateLimiter(redis_url, per_minute) if redis_url else RateLimiter(per_minute)


def _signing_in(wiring: Wiring) -> list[APIRouter]:
    """Return the pages on which people sign in, by a password or by an identity provider."""
    identity = wiring.settings.identity
    if not identity.oidc_issuer:
        return [auth_router(), code_router()]
    secret = identity.oidc_client_secret.get_secret_value()
    back = f"{identity.public_url.rstrip('/')}{OIDC}/back"
    provider = Provider(Client(identity.oidc_issuer, identity.oidc_client_id, secret, back), wiring.clock)
    return [auth_router(identity.oidc_label), code_router(), oidc_router(provider)]


def make_deliveries(wiring: Wiring) -> Deliveries:
    """Return what tells other programs what happened."""
    settings = wiring.settings.webhooks
    return Deliveries(SqlWebhooks(wiring.ledger.database), wiring.keys, settings.tries, settings.allow_private)


def make_uploads(wiring: Wiring, intake: Intake) -> Uploads:
    """Return what takes recordings in part by part."""
    ledger = SqlUploads(wiring.ledger.database)
    lasts = wiring.settings.api.upload_lasts
    return Uploads(ledger, wiring.artifacts, wiring.objects, intake, wiring.ledger.expected, lasts)


def _interface(wiring: Wiring, intake: Intake, uploads: Uploads, vocabularies: Vocabularies) -> list[APIRouter]:
    """Return the routes under ``/v1``."""
    return [
        sessions_router(wiring),
        transcripts_router(wiring, intake),
        vocabularies_router(vocabularies),
        uploads_router(uploads),
        consents_router(wiring),
        runs_router(wiring),
        queues_router(wiring),
        batches_router(wiring),
        audit_router(wiring),
        webhooks_router(wiring),
        description_router(),
    ]
