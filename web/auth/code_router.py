"""The page that asks for the code after a password was right."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.errors import NotSignedInError, PipelineError
from web.auth.landing import CODE, HOME, SIGN_IN, Address, own_path, signed_in
from web.doorkeeper import address_of
from web.guard import doorkeeper_of, open_to_all
from web.pages.rendering import Pages
from web.problems import status_of

_PAGES = Pages("web.auth")

Text = Annotated[str, Form(max_length=256)]


def code_router() -> APIRouter:
    """Return the routes ``/sign-in/code``."""
    router = APIRouter(include_in_schema=False, max_body_size=64 * 1024)

    @router.get(CODE, dependencies=[open_to_all("a password was right, and the code is asked for")])
    def ask_code(go_to: str = HOME) -> Response:
        """Ask for the code."""
        return _PAGES.answer("code.html", go_to=own_path(go_to), problem=None)

    @router.post(CODE, dependencies=[open_to_all("a password was right, and the code is checked here")])
    def enter_code(request: Request, code: Text, go_to: Address = HOME) -> Response:
        """Let somebody in who has the code too, under another secret."""
        try:
            secret = doorkeeper_of(request).enter_code(request, code, address_of(request))
        except NotSignedInError:
            return RedirectResponse(SIGN_IN, HTTP_303_SEE_OTHER)
        except PipelineError as error:
            return _PAGES.answer("code.html", status_of(error), go_to=own_path(go_to), problem=error)
        return signed_in(request, secret, own_path(go_to))

    return router
