"""A person's own account: second factor and password."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.adapters.identity.codes import is_seed, new_seed, picture
from pipeline.domain.account import Permission, Principal, SignInMeans
from pipeline.errors import PasswordsDifferError, PipelineError, RequestInvalidError
from web.auth.landing import HOME, require_private_line, signed_in
from web.auth.viewing import viewer_of
from web.doorkeeper import address_of
from web.guard import doorkeeper_of, require
from web.pages.rendering import Pages
from web.problems import status_of

_PAGES = Pages("web.auth")
_OWN = require(Permission.OWN_ACCOUNT, audited=False)

Text = Annotated[str, Form(max_length=256)]


def own_account_router() -> APIRouter:
    """Return ``/account`` and what is under it."""
    router = APIRouter(prefix=HOME, include_in_schema=False, max_body_size=64 * 1024)

    @router.get("")
    def show(
        request: Request, principal: Annotated[Principal, _OWN], done: Annotated[str, Query(max_length=32)] = ""
    ) -> Response:
        """Show a person's own account."""
        account = doorkeeper_of(request).accounts.account(principal.name)
        told = "Your password is changed. You were signed off everywhere else." if done == "password" else ""
        viewer = viewer_of(request, principal)
        return _PAGES.answer("account.html", viewer=viewer, here=HOME, account=account, told=told)

    @router.get("/second-factor")
    def offer(request: Request, principal: Annotated[Principal, _OWN]) -> Response:
        """Show a fresh seed to scan."""
        return _seed_page(request, principal, new_seed())

    @router.post("/second-factor")
    def set_up(request: Request, principal: Annotated[Principal, _OWN], seed: Text, code: Text) -> Response:
        """Set the second factor up, and show the recovery codes, once."""
        if not is_seed(seed):
            raise RequestInvalidError(where="seed")
        doorkeeper = doorkeeper_of(request)
        account = doorkeeper.accounts.account(principal.name)
        try:
            recovery = doorkeeper.second_factors.set_up(account, seed, code)
        except PipelineError as error:
            return _seed_page(request, principal, seed, error)
        page = _PAGES.answer("recovery.html", viewer=viewer_of(request, principal), here=HOME, codes=recovery)
        fresh = doorkeeper.accounts.open_sign_in(
            account, SignInMeans.PASSWORD_AND_CODE, address_of(request), after=principal.key_id
        )
        # From here on this browser is one that gave a code, under another secret.
        page.headers["set-cookie"] = signed_in(request, fresh, HOME).headers["set-cookie"]
        return page

    _add_password(router)
    return router


def _add_password(router: APIRouter) -> None:
    @router.get("/password")
    def ask(request: Request, principal: Annotated[Principal, _OWN]) -> Response:
        """Ask for the password one has and the one to have."""
        return _password_page(request, principal)

    @router.post("/password")
    def change(
        request: Request, principal: Annotated[Principal, _OWN], current: Text, new: Text, again: Text
    ) -> Response:
        """Change a person's own password and end their other sign-ins."""
        doorkeeper = doorkeeper_of(request)
        try:
            require_private_line(request)
            if new != again:
                raise PasswordsDifferError
            doorkeeper.change_password(principal, current, new, address_of(request))
        except PipelineError as error:
            return _password_page(request, principal, error)
        if principal.means is SignInMeans.TOKEN:
            # A token's scopes are not to grow into a sign-in.
            return RedirectResponse(HOME, HTTP_303_SEE_OTHER)
        account = doorkeeper.accounts.account(principal.name)
        fresh = doorkeeper.accounts.open_sign_in(account, principal.means, address_of(request))
        return signed_in(request, fresh, f"{HOME}?done=password")


def front_door_router() -> APIRouter:
    """Return ``/``, which leads each to where they work."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def lead(principal: Annotated[Principal, _OWN]) -> Response:
        """Lead whoever watches the queues to them, and anybody else to their account."""
        return RedirectResponse("/ops" if principal.may(Permission.QUEUES_READ) else HOME, HTTP_303_SEE_OTHER)

    return router


def _password_page(request: Request, principal: Principal, problem: PipelineError | None = None) -> Response:
    status = 200 if problem is None else status_of(problem)
    return _PAGES.answer("password.html", status, viewer=viewer_of(request, principal), here=HOME, problem=problem)


def _seed_page(request: Request, principal: Principal, seed: str, problem: PipelineError | None = None) -> Response:
    drawn = Markup(picture(seed, principal.name))  # noqa: S704 - drawn by segno out of a base 32 seed and a checked name
    return _PAGES.answer(
        "second_factor.html",
        200 if problem is None else status_of(problem),
        viewer=viewer_of(request, principal),
        here=HOME,
        seed=seed,
        picture=drawn,
        problem=problem,
    )
