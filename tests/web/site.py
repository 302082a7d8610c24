"""A whole site over a fresh deployment in a folder, and people who are signed in on it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from config.settings import KeySettings, Settings
from config.wiring import Wiring, create_keys, ledger_limits, wire
from pipeline.adapters.database import create_ledger
from pipeline.adapters.database.accounts import Proof, SqlAccounts
from pipeline.adapters.database.accounts.tokens import TokenOrder
from pipeline.adapters.identity.passwords import Passwords
from pipeline.domain.account import Permission, Role, SignInMeans
from tests.factories import make_ledger
from tests.fakes import RecordingDoorbell
from tests.servers.databases import ShiftedTime
from tests.web.asgi import AsgiClient
from web.doorkeeper import PLAIN_COOKIE
from web.site import Site as WholeSite
from web.site import make_site

PASSWORD = "seven grey herons"  # noqa: S105 - invented
#: Insecure but fast.
PASSWORDS = Passwords(Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1))
PASSWORD_HASH = PASSWORDS.hash(PASSWORD, "nobody")


@dataclass
class Site:
    """A site and its deployment; nothing of it listens."""

    wiring: Wiring
    whole: WholeSite
    time: ShiftedTime
    doorbell: RecordingDoorbell
    recovery_codes: list[str] = field(default_factory=list)
    _tokens: dict[tuple[Role, frozenset[Permission]], str] = field(default_factory=dict)

    @property
    def app(self) -> FastAPI:
        """Return the application."""
        return self.whole.app

    @property
    def accounts(self) -> SqlAccounts:
        """Return the site's accounts."""
        accounts: SqlAccounts = self.app.state.doorkeeper.accounts
        return accounts

    def with_settings(self, **identity: object) -> "Site":
        """Return the same deployment's site, as other settings of identity make it."""
        settings = self.wiring.settings.model_copy(
            update={"identity": self.wiring.settings.identity.model_copy(update=identity)}
        )
        wiring = replace(self.wiring, settings=settings)
        return replace(self, wiring=wiring, whole=make_site(wiring, self.doorbell, passwords=PASSWORDS))

    def client(self, **headers: str) -> AsgiClient:
        """Return a client that sends these headers with every request."""
        return AsgiClient(self.app, {name.replace("_", "-"): value for name, value in headers.items()})

    def token(self, role: Role, *scopes: Permission) -> str:
        """Return a token of an account with this role; by default with every scope there is."""
        wanted = frozenset(scopes or Permission)
        if (role, wanted) not in self._tokens:
            name = self.member(role, f"{role}-{len(self._tokens)}")
            order = TokenOrder(name, "test", tuple(wanted), timedelta(days=30))
            self._tokens[role, wanted] = self.accounts.create_token(order, "test")[1]
        return self._tokens[role, wanted]

    def member(self, role: Role, name: str = "") -> str:
        """Make an account with this role and the tests' password; return its name."""
        chosen = name or role.value
        self.accounts.add(chosen, [role], Proof(PASSWORD_HASH), "test")
        return chosen

    def as_role(self, role: Role, *scopes: Permission) -> AsgiClient:
        """Return a client with a token of this role."""
        return self.client(Authorization=f"Bearer {self.token(role, *scopes)}")

    def in_browser(self, role: Role) -> AsgiClient:
        """Return a client with the cookie of somebody of this role, on a page of ours."""
        account = self.accounts.account(self.member(role))
        secret = self.accounts.open_sign_in(account, SignInMeans.PASSWORD, "127.0.0.1")
        return self.client(Cookie=f"{PLAIN_COOKIE}={secret}", Sec_Fetch_Site="same-origin", Accept="text/html")


def make_test_site(folder: Path, **more: object) -> Site:
    """Return a site over a migrated SQLite database and a local store in ``folder``."""
    (folder / "data").mkdir(mode=0o700)
    make_ledger(folder / "data").close()
    database = folder / "data" / "ledger.db"
    database.rename(folder / "data" / "ledger.sqlite3")
    settings = Settings(data_dir=folder / "data", keys=KeySettings(folder=folder / "keys"), **more)  # type: ignore[arg-type]  # sections of settings, checked by pydantic
    time = ShiftedTime()
    create_keys(settings)
    wired = wire(settings)
    wired.ledger.close()
    wiring = replace(wired, ledger=create_ledger(settings.ledger_url, ledger_limits(settings), time))
    doorbell = RecordingDoorbell()
    return Site(wiring, make_site(wiring, doorbell, passwords=PASSWORDS), time, doorbell)
