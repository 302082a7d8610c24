"""An identity provider by OpenID Connect: the authorization code flow with PKCE, and a signed word about who it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline.errors import ProviderUnavailableError, SettingsInvalidError, SignInRefusedError
from pipeline.ports import Clock

#: Signatures that need the provider's private key; nothing symmetric, and never none.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY_SECONDS = 60
_SECONDS = 10.0
_LARGEST = 256 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Visit:
    """What must come back from the provider unchanged, and what only we know."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows this deployment by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


class Provider:
    """Sends people to their provider, and takes its word when they come back."""

    def __init__(self, client: Client, clock: Clock) -> None:
        for address in (client.issuer, client.redirect_uri):
            parts = urlsplit(address)
            if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise SettingsInvalidError(where="identity", problem="issuer and public_url must be https")
        self.client = client
        self._clock = clock

    def begin(self) -> tuple[str, Visit]:
        """Return where to send the browser, and what to remember; raise ``ProviderUnavailableError``."""
        visit = Visit(generate_token(43), generate_token(43), generate_token(64))
        address = prepare_grant_uri(
            str(self._metadata()["authorization_endpoint"]),
            self.client.client_id,
            "code",
            redirect_uri=self.client.redirect_uri,
            scope="openid",
            state=visit.state,
            nonce=visit.nonce,
            code_challenge=create_s256_code_challenge(visit.verifier),
            code_challenge_method="S256",
        )
        return str(address), visit

    def finish(self, code: str, visit: Visit) -> str:
        """Return the subject the provider vouches for; raise ``SignInRefusedError`` where its word does not hold."""
        metadata = self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": visit.verifier,
        }
        known_as = (self.client.client_id, self.client.client_secret)
        granted = _asked("POST", str(metadata["token_endpoint"]), form, known_as)
        return self._subject(str(granted.get("id_token", "")), str(metadata["jwks_uri"]), visit)

    def _subject(self, id_token: str, jwks_uri: str, visit: Visit) -> str:
        options = {
            "iss": {"essential": True, "value": self.client.issuer},
            "aud": {"essential": True, "value": self.client.client_id},
            "nonce": {"essential": True, "value": visit.nonce},
        }
        try:
            keys = KeySet.import_key_set(_asked("GET", jwks_uri))  # type: ignore[arg-type]  # checked by the library
            token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
            params = {"client_id": self.client.client_id, "nonce": visit.nonce}
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(self._clock.now().timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError):
            raise SignInRefusedError from None
        return str(claims["sub"])

    def _metadata(self) -> Mapping[str, Any]:
        """Return what the provider says of itself; anything but its own word is not taken."""
        found = _asked("GET", f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.client.issuer:
            raise ProviderUnavailableError
        return found


def _asked(
    method: str, url: str, form: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """Return the JSON a provider answers; raise ``ProviderUnavailableError``, or ``SignInRefusedError`` for a 4xx."""
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
            answer = client.request(method, url, data=form, auth=auth)
            if answer.is_client_error and method == "POST":
                raise SignInRefusedError
            answer.raise_for_status()
            found = answer.json() if len(answer.content) <= _LARGEST else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise ProviderUnavailableError from None
    if not isinstance(found, dict):
        raise ProviderUnavailableError
    return found
