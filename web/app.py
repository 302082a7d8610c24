"""The HTTP application: which routers it has is decided by whoever starts it."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI, Response, status
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pipeline.errors import NotSignedInError, PipelineError, SecondFactorNeededError
from web.auth.router import ask_to_sign_in
from web.doorkeeper import Doorkeeper
from web.guard import open_to_all
from web.lengths import LengthRefusals
from web.limits import LimitHeaders
from web.pages.rendering import static_router
from web.problems import on_http_exception, on_invalid_request, on_pipeline_error
from web.shields import SameOriginOnly, StrictHeaders


def make_app(routers: Sequence[APIRouter], is_ready: Callable[[], object], doorkeeper: Doorkeeper) -> FastAPI:
    """Return the application: the routers, the frame, ``/health`` (it runs), ``/ready`` (it reaches what it needs)."""
    app = FastAPI(title="Nightscribe", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.doorkeeper = doorkeeper
    for router in routers:
        app.include_router(router)
    app.include_router(_health_router(is_ready))
    app.include_router(static_router(), dependencies=[open_to_all("style and script say nothing of anybody")])
    app.add_exception_handler(NotSignedInError, ask_to_sign_in)
    app.add_exception_handler(SecondFactorNeededError, ask_to_sign_in)
    app.add_exception_handler(PipelineError, on_pipeline_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_exception)
    # What nobody planned for is answered like the rest, without a word of it.
    app.add_exception_handler(Exception, on_pipeline_error)
    app.add_middleware(LengthRefusals)
    app.add_middleware(LimitHeaders)
    app.add_middleware(SameOriginOnly)
    # Outermost, so that its headers are on refusals too.
    app.add_middleware(StrictHeaders)
    return app


def _health_router(is_ready: Callable[[], object]) -> APIRouter:
    router = APIRouter(dependencies=[open_to_all("balancers and supervisors ask, and learn no more than up or down")])

    @router.get("/health")
    def health() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "running"}

    @router.get("/ready")
    def ready(response: Response) -> dict[str, str]:
        """Say whether the process can do its work now."""
        try:
            is_ready()
        except PipelineError as error:
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
            return {"status": "not ready", "reason_code": error.reason_code}
        return {"status": "ready"}

    return router
