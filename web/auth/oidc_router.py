"""Signing in by an identity provider: there, and back again."""

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.adapters.identity.provider import Provider
from pipeline.domain.account import SignInMeans
from pipeline.errors import PipelineError, SignInRefusedError
from web.auth.landing import HOME, OIDC, own_path, require_private_line, signed_in
from web.doorkeeper import Doorkeeper, address_of, cookie_name
from web.guard import doorkeeper_of, open_to_all
from web.pages.rendering import Pages
from web.problems import status_of

_PAGES = Pages("web.auth")
_VISIT_SECONDS = 600

Given = Annotated[str, Query(max_length=4096)]


def oidc_router(provider: Provider) -> APIRouter:
    """Return the routes ``/sign-in/oidc`` and ``/sign-in/oidc/back``."""
    router = APIRouter(include_in_schema=False)

    @router.get(OIDC, dependencies=[open_to_all("nobody is signed in yet")])
    def begin(request: Request, go_to: Given = HOME) -> Response:
        """Send somebody to their provider."""
        require_private_line(request)
        address, visit = provider.begin()
        doorkeeper_of(request).accounts.begin_visit(visit)
        answer = RedirectResponse(address, HTTP_303_SEE_OTHER)
        # Coming back is a step from another site, on which a strict cookie stays behind.
        answer.set_cookie(
            _visit_cookie(request),
            f"{visit.state}.{quote(own_path(go_to), safe='')}",
            max_age=_VISIT_SECONDS,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    @router.get(f"{OIDC}/back", dependencies=[open_to_all("the provider's word is checked here")])
    def back(request: Request, code: Given = "", state: Given = "") -> Response:
        """Take the provider's word, where this browser was sent there from here."""
        remembered, _, go_to = request.cookies.get(_visit_cookie(request), "").partition(".")
        try:
            if not state or remembered != state:
                raise SignInRefusedError
            secret = _entered(doorkeeper_of(request), provider, code, state, address_of(request))
        except PipelineError as error:
            return _PAGES.answer("sign_in.html", status_of(error), go_to=HOME, ended="", problem=error, oidc_label=None)
        # A page of ours in between: the strict cookie goes along with the step from here.
        answer = _PAGES.answer("onward.html", go_to=own_path(unquote(go_to)))
        answer.headers["set-cookie"] = signed_in(request, secret, HOME).headers["set-cookie"]
        return answer

    return router


def _entered(doorkeeper: Doorkeeper, provider: Provider, code: str, state: str, address: str) -> str:
    """Return the secret for a cookie; raise ``SignInRefusedError`` for a subject that no account belongs to."""
    visit = doorkeeper.accounts.take_visit(state)
    if visit is None:
        raise SignInRefusedError
    subject = provider.finish(code, visit)
    account = doorkeeper.accounts.account_of_subject(provider.client.issuer, subject)
    if account is None:
        doorkeeper.accounts.refuse_sign_in(None, SignInRefusedError.reason_code)
        raise SignInRefusedError
    return doorkeeper.accounts.open_sign_in(account, SignInMeans.OIDC, address)


def _visit_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-visit"
