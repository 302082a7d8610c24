"""What stands around every route: strict headers on the way out, no other site's requests on the way in."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import CrossSiteRequestError
from web.problems import problem_response

_PROGRAMS = ("/v1/", "/api/")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

#: Nothing inline, nothing from elsewhere, in nobody's frame.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TLS_ONLY = "max-age=31536000; includeSubDomains"


class StrictHeaders:
    """Puts the headers on every answer; a route may allow its own answer to be kept, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and put the headers on what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _TLS_ONLY
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOriginOnly:
    """Refuses what another site's page makes a browser send.

    A request with a token is let through: no browser adds one by itself. One that changes something must say that it
    comes from our own pages (Fetch Metadata, and where a browser has none, Origin).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        if scope["type"] == "http" and not _is_welcome(scope["method"], scope["path"], Headers(scope=scope)):
            await problem_response(CrossSiteRequestError())(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_welcome(method: str, path: str, headers: Headers) -> bool:
    if method in _SAFE or "authorization" in headers:
        return True
    if path.startswith(_PROGRAMS) and "cookie" not in headers:
        # Nothing a browser adds by itself came along, so the guard will say that nobody is signed in.
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")
