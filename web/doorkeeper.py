"""The door: finds out who asks, lets people in and out, and keeps those waiting who try too often."""

from dataclasses import dataclass
from math import ceil

from fastapi import Request

from pipeline.adapters.database.accounts import SqlAccounts
from pipeline.adapters.database.accounts.signing_in import SignIn
from pipeline.adapters.identity.passwords import Passwords
from pipeline.adapters.identity.secrets import is_token
from pipeline.audit.access_events import AccessMade, AccessRefused
from pipeline.domain.account import Principal, SignInMeans
from pipeline.errors import (
    NotSignedInError,
    PasswordWrongError,
    SecondFactorNeededError,
    SignInRefusedError,
    TooManyTriesError,
)
from web.auth.second_factor import SecondFactors
from web.limits import Limiter

#: A browser keeps a ``__Host-`` cookie only over TLS, from this very host; plain HTTP is for the loopback.
SECURE_COOKIE = "__Host-nightscribe"
PLAIN_COOKIE = "nightscribe-loopback"


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Everything a route needs to know of who asks."""

    accounts: SqlAccounts
    passwords: Passwords
    limiter: Limiter
    second_factors: SecondFactors
    second_factor_required: bool = False

    def principal(self, request: Request, *, counts_as_use: bool = True, setting_up: bool = False) -> Principal:
        """Return who asks; raise ``NotSignedInError`` and, but for ``setting_up``, ``SecondFactorNeededError``.

        A token in the header is taken instead of any cookie.
        """
        authorization = request.headers.get("authorization")
        if authorization is not None:
            return self._bearer(authorization)
        found = self.sign_in_of(request, counts_as_use=counts_as_use)
        if found is None or found.awaits_code:
            raise NotSignedInError
        if self.second_factor_required and found.means is SignInMeans.PASSWORD and not setting_up:
            raise SecondFactorNeededError
        return found.principal

    def sign_in_of(self, request: Request, *, counts_as_use: bool = True) -> SignIn | None:
        """Return the sign-in that the request's cookie stands for, also one that awaits its code."""
        secret = request.cookies.get(cookie_name(request))
        return None if not secret else self.accounts.sign_in(secret, counts_as_use=counts_as_use)

    def still_stands(self, request: Request) -> bool:
        """Say whether the request's sign-in or token still counts, as a stream must ask now and then."""
        try:
            self.principal(request, counts_as_use=False)
        except NotSignedInError:
            return False
        return True

    def enter(self, name: str, password: str, address: str) -> str:
        """Return the secret for a cookie; raise ``SignInRefusedError`` or ``TooManyTriesError``.

        A try is counted before the password is looked at, and an unknown name takes as long as a wrong password.
        """
        wait = self.accounts.count_try(name, address).total_seconds()
        if wait > 0:
            raise TooManyTriesError(seconds=ceil(wait))
        found = self.accounts.credentials(name)
        if not self.passwords.is_right(password, None if found is None else found.password_hash) or found is None:
            self.accounts.refuse_sign_in(None if found is None else found.account.account_id, "sign_in_refused")
            raise SignInRefusedError
        return self.accounts.open_sign_in(
            found.account, SignInMeans.PASSWORD, address, awaits_code=found.totp_wrapped is not None
        )

    def enter_code(self, request: Request, code: str, address: str) -> str:
        """Return the secret for a cookie once the code is right too; raise ``NotSignedInError``, or as ``enter``."""
        found = self.sign_in_of(request)
        known = None if found is None else self.accounts.credentials(found.account.name)
        if found is None or known is None or not found.awaits_code or known.totp_wrapped is None:
            raise NotSignedInError
        wait = self.accounts.count_try(found.account.name, address).total_seconds()
        if wait > 0:
            raise TooManyTriesError(seconds=ceil(wait))
        return self.second_factors.complete(found, known.totp_wrapped, code, address)

    def change_password(self, principal: Principal, current: str, new: str, address: str) -> None:
        """Give somebody who knows their password another one; every sign-in of theirs ends.

        Raises ``PasswordWrongError``, ``PasswordTooWeakError`` and, after too many tries, ``TooManyTriesError``.
        """
        wait = self.accounts.count_try(principal.name, address).total_seconds()
        if wait > 0:
            raise TooManyTriesError(seconds=ceil(wait))
        known = self.accounts.credentials(principal.name)
        if not self.passwords.is_right(current, None if known is None else known.password_hash):
            self.accounts.refuse_sign_in(principal.account_id, PasswordWrongError.reason_code)
            raise PasswordWrongError
        self.accounts.set_password(principal.name, self.passwords.hash(new, principal.name), principal.name)

    def reset_password(self, name: str, new: str, actor: str) -> None:
        """Give somebody another password by an administrator's hand; raise ``PasswordTooWeakError``."""
        self.accounts.set_password(name, self.passwords.hash(new, name), actor)

    def leave(self, request: Request) -> None:
        """End the request's sign-in, if it has one."""
        found = self.sign_in_of(request, counts_as_use=False)
        if found is not None:
            self.accounts.sign_off(found.sign_in_id, found.account.account_id)

    def note(self, event: AccessMade | AccessRefused) -> None:
        """Audit an access."""
        self.accounts.note_access(event)

    def _bearer(self, authorization: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        found = self.accounts.token_principal(token) if scheme.lower() == "bearer" and is_token(token) else None
        if found is None:
            raise NotSignedInError
        return found


def cookie_name(request: Request) -> str:
    """Return the name of the cookie on this connection."""
    return SECURE_COOKIE if request.url.scheme == "https" else PLAIN_COOKIE


def address_of(request: Request) -> str:
    """Return where the request comes from, as the server in front of us says."""
    return "" if request.client is None else request.client.host
