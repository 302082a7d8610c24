"""Where a browser goes once somebody is let in, and the cookie it takes along."""

from typing import Annotated, Literal, TypedDict
from urllib.parse import urlencode

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.errors import TlsNeededError
from web.doorkeeper import cookie_name

#: Where people land who asked for nothing else.
HOME = "/account"
SIGN_IN = "/sign-in"
CODE = "/sign-in/code"
OIDC = "/sign-in/oidc"
SECOND_FACTOR = "/account/second-factor"
#: An address of ours with what it names, as a list's filter and where it goes on.
Address = Annotated[str, Form(max_length=2048)]
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


class CookieRules(TypedDict):
    """What holds for the cookie, as Starlette takes it."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["strict"]


def signed_in(request: Request, secret: str, go_to: str) -> Response:
    """Send the browser on with its cookie."""
    answer = RedirectResponse(go_to, HTTP_303_SEE_OTHER)
    answer.set_cookie(cookie_name(request), secret, **cookie_rules(request))
    return answer


def cookie_rules(request: Request) -> CookieRules:
    """Return what holds for the cookie: no script reads it, no other site sends it, and it ends with the browser."""
    return {"path": "/", "secure": request.url.scheme == "https", "httponly": True, "samesite": "strict"}


def require_private_line(request: Request) -> None:
    """Raise ``TlsNeededError`` where a password would cross a network in the clear."""
    if request.url.scheme != "https" and request.url.hostname not in _LOOPBACK:
        raise TlsNeededError


def code_page(go_to: str) -> str:
    """Return the address of the page that asks for the code."""
    return f"{CODE}?{urlencode({'go_to': own_path(go_to)})}"


def own_path(go_to: str) -> str:
    """Return a path of ours, whatever was asked for: no sign-in sends anybody to another site."""
    is_ours = go_to.startswith("/") and not go_to.startswith(("//", "/\\")) and go_to.isprintable()
    return go_to if is_ours else HOME
