"""The pages on which people sign in and off."""

from typing import Annotated, Literal, TypedDict
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.domain.account import Permission, Principal
from pipeline.errors import NotSignedInError, PipelineError, TlsNeededError
from web.auth.viewing import viewer_of
from web.doorkeeper import address_of, cookie_name
from web.guard import doorkeeper_of, open_to_all, require
from web.pages.rendering import Pages
from web.problems import on_pipeline_error, status_of

#: Where people land who asked for nothing else.
HOME = "/account"
SIGN_IN = "/sign-in"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})

_PAGES = Pages("web.auth")

Text = Annotated[str, Form(max_length=256)]


class CookieRules(TypedDict):
    """What holds for the cookie, as Starlette takes it."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["strict"]


def auth_router() -> APIRouter:
    """Return the routes ``/sign-in``, ``/sign-off`` and ``/account``."""
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN, dependencies=[open_to_all("nobody is signed in yet")])
    def ask(go_to: str = HOME, ended: str = "") -> Response:
        """Ask for name and password."""
        return _PAGES.answer("sign_in.html", go_to=own_path(go_to), ended=ended == "idle", problem=None)

    @router.post(SIGN_IN, dependencies=[open_to_all("nobody is signed in yet")])
    def enter(request: Request, name: Text, password: Text, go_to: Text = HOME) -> Response:
        """Let somebody in, under a fresh secret."""
        require_private_line(request)
        doorkeeper = doorkeeper_of(request)
        try:
            secret = doorkeeper.enter(name.strip().lower(), password, address_of(request))
        except PipelineError as error:
            return _PAGES.answer("sign_in.html", status_of(error), go_to=own_path(go_to), ended=False, problem=error)
        return signed_in(request, secret, own_path(go_to))

    @router.post("/sign-off", dependencies=[open_to_all("whoever leaves need not be known")])
    def leave(request: Request) -> Response:
        """End the sign-in."""
        doorkeeper_of(request).leave(request)
        answer = RedirectResponse(SIGN_IN, HTTP_303_SEE_OTHER)
        answer.delete_cookie(cookie_name(request), **cookie_rules(request))
        # What the browser kept of our pages goes too.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    @router.get(HOME)
    def own_account(
        request: Request, principal: Annotated[Principal, require(Permission.OWN_ACCOUNT, audited=False)]
    ) -> Response:
        """Show a person's own account."""
        return _PAGES.answer("account.html", viewer=viewer_of(request, principal), here=HOME)

    return router


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


def own_path(go_to: str) -> str:
    """Return a path of ours, whatever was asked for: no sign-in sends anybody to another site."""
    is_ours = go_to.startswith("/") and not go_to.startswith(("//", "/\\")) and go_to.isprintable()
    return go_to if is_ours else HOME


def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Send a browser that wants a page to the sign-in; tell anything else what is wrong."""
    wants_page = isinstance(error, NotSignedInError) and "text/html" in request.headers.get("accept", "")
    if not wants_page or request.method != "GET":
        return on_pipeline_error(request, error)
    had_cookie = cookie_name(request) in request.cookies
    query = {"go_to": request.url.path, **({"ended": "idle"} if had_cookie else {})}
    return RedirectResponse(f"{SIGN_IN}?{urlencode(query)}", HTTP_303_SEE_OTHER)
