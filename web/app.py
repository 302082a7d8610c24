"""The HTTP application: which routers it has is decided by whoever starts it."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI, Response, status

from pipeline.errors import PipelineError


def make_app(routers: Sequence[APIRouter], is_ready: Callable[[], object]) -> FastAPI:
    """Return the application: routers under ``/api``, ``/health`` (it runs), ``/ready`` (it reaches what it needs)."""
    app = FastAPI(title="Nightscribe", docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router, prefix="/api")

    @app.get("/health")
    def health() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "running"}

    @app.get("/ready")
    def ready(response: Response) -> dict[str, str]:
        """Say whether the process can do its work now."""
        try:
            is_ready()
        except PipelineError as error:
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
            return {"status": "not ready", "reason_code": error.reason_code}
        return {"status": "ready"}

    return app
