"""A small OpenID Connect provider on the loopback: discovery, codes with PKCE, and signed words about who it is."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "nightscribe"
CLIENT_SECRET = "a secret of the test"  # noqa: S105 - invented


@dataclass
class OidcServer:
    """The provider, whom it signs in, and how it misbehaves."""

    port: int
    subject: str = "person-17"
    #: Claims that replace what the word would rightly say; ``None`` leaves one out.
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    signing_key: Any = None
    issuer_said: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def metadata(self) -> dict[str, Any]:
        """Return what it says of itself."""
        places = ("authorize", "token", "jwks")
        named = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        endpoints = {name: f"{self.issuer}/{place}" for name, place in zip(named, places, strict=True)}
        return {"issuer": self.issuer_said or self.issuer, **endpoints}

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes with its code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def grant(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the word for a code, once, to the client that asked, with the verifier of its challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        known = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        proved = asked is not None and challenge.decode().rstrip("=") == asked.get("code_challenge")
        if asked is None or not proved or authorization != f"Basic {known}":
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.word(asked["nonce"])}

    def word(self, nonce: str) -> str:
        """Return the signed word about who it is."""
        now = int(time.time())
        said = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "nonce": nonce, "iat": now, "exp": now + 300}
        claims = {name: value for name, value in {**said, **self.claims}.items() if value is not None}
        if self.algorithm in {"none", "HS256"}:
            return self._by_hand(claims)
        header = {"alg": self.algorithm, "kid": "first"}
        return jwt.encode(header, claims, self.signing_key or self.key, algorithms=[self.algorithm])

    def _by_hand(self, claims: dict[str, Any]) -> str:
        """Return a word unsigned, or signed with the public key as a secret, which a careless client takes."""
        signed = ".".join(_unpadded(json.dumps(part).encode()) for part in ({"alg": self.algorithm}, claims))
        forged = hmac.new(self.key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{'' if self.algorithm == 'none' else _unpadded(forged)}"


def _unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def running_oidc() -> Iterator[OidcServer]:
    """Run a provider until the block ends."""
    provider = OidcServer(0)

    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        def do_GET(self) -> None:
            """Answer discovery, keys and the browser."""
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))
                self.end_headers()
                return
            keys = KeySet([provider.key]).as_dict(private=False)
            self._json(keys if parts.path == "/jwks" else provider.metadata())

        def do_POST(self) -> None:
            """Answer the client."""
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            granted = provider.grant(form, self.headers.get("Authorization", ""))
            self._json(granted or {"error": "invalid_grant"}, 200 if granted else 400)

        def _json(self, body: object, status: int = 200) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
