"""The pages on which people sign in and off."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.errors import NotSignedInError, PipelineError, SecondFactorNeededError
from web.auth.landing import (
    HOME,
    SECOND_FACTOR,
    SIGN_IN,
    Address,
    code_page,
    cookie_rules,
    own_path,
    require_private_line,
    signed_in,
)
from web.doorkeeper import address_of, cookie_name
from web.guard import doorkeeper_of, open_to_all
from web.pages.rendering import Pages
from web.pages.trouble import wants_page
from web.problems import on_pipeline_error, status_of

_PAGES = Pages("web.auth")

Text = Annotated[str, Form(max_length=256)]
_ASKED_WHERE_SENT = "/ops/"


def auth_router(oidc_label: str | None = None) -> APIRouter:
    """Return the routes ``/sign-in`` and ``/sign-off``; the label is that of the link to an identity provider."""
    router = APIRouter(include_in_schema=False, max_body_size=64 * 1024)

    def sign_in_page(go_to: str, problem: PipelineError | None = None, ended: str = "") -> Response:
        code = 200 if problem is None else status_of(problem)
        shown = {"go_to": own_path(go_to), "ended": ended, "problem": problem, "oidc_label": oidc_label}
        return _PAGES.answer("sign_in.html", code, **shown)

    @router.get(SIGN_IN, dependencies=[open_to_all("nobody is signed in yet")])
    def ask(go_to: str = "/", ended: str = "") -> Response:
        """Ask for name and password."""
        return sign_in_page(go_to, ended=ended)

    @router.post(SIGN_IN, dependencies=[open_to_all("nobody is signed in yet")])
    def enter(request: Request, name: Text, password: Text, go_to: Address = HOME) -> Response:
        """Let somebody in, under a fresh secret."""
        require_private_line(request)
        doorkeeper = doorkeeper_of(request)
        try:
            secret = doorkeeper.enter(name.strip().lower(), password, address_of(request))
        except PipelineError as error:
            return sign_in_page(go_to, problem=error)
        found = doorkeeper.accounts.sign_in(secret)
        awaits_code = found is not None and found.awaits_code
        return signed_in(request, secret, code_page(go_to) if awaits_code else own_path(go_to))

    @router.post("/sign-off", dependencies=[open_to_all("whoever leaves need not be known")])
    def leave(request: Request) -> Response:
        """End the sign-in."""
        doorkeeper_of(request).leave(request)
        answer = RedirectResponse(SIGN_IN, HTTP_303_SEE_OTHER)
        answer.delete_cookie(cookie_name(request), **cookie_rules(request))
        # What the browser kept of our pages goes too.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    return router


def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Send a browser that wants a page to the sign-in; tell anything else what is wrong."""
    is_known = isinstance(error, NotSignedInError | SecondFactorNeededError)
    is_asked = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not is_known or not (is_asked or wants_page(request)):
        return on_pipeline_error(request, error)
    if isinstance(error, SecondFactorNeededError):
        return RedirectResponse(SECOND_FACTOR, HTTP_303_SEE_OTHER)
    query = {"go_to": _page_asked_for(request), **_how_it_ended(request)}
    return RedirectResponse(f"{SIGN_IN}?{urlencode(query)}", HTTP_303_SEE_OTHER)


def _page_asked_for(request: Request) -> str:
    """Return the page to go on with: where an action was asked for, and for other forms the front page."""
    if request.method != "GET" and not request.url.path.startswith(_ASKED_WHERE_SENT):
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _how_it_ended(request: Request) -> Mapping[str, str]:
    if request.method != "GET":
        return {"ended": "unsent"}
    return {"ended": "idle"} if cookie_name(request) in request.cookies else {}
