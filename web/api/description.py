"""The interface described: OpenAPI 3.1, made from the routes there are."""

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts

from web.api.shapes import Problem
from web.guard import open_to_all
from web.problems import MEDIA_TYPE

_ABOUT = """Sessions handed in and followed by programs. No answer holds a word of a session.

Send `Authorization: Bearer TOKEN` (`nightscribe token create`). What went wrong comes as RFC 9457 problem details with
a `reason_code` of docs/reason-codes.md."""


def description_router() -> APIRouter:
    """Return ``/v1/openapi.json``."""
    router = APIRouter(dependencies=[open_to_all("what the interface looks like is in the manual, too")])

    @router.get("/v1/openapi.json", include_in_schema=False)
    def describe(request: Request) -> JSONResponse:
        """Describe the interface."""
        return JSONResponse(described(request))

    return router


def described(request: Request) -> dict[str, object]:
    """Return the description, with what every answer of the interface has in common."""
    routes = [route for route in iter_route_contexts(request.app.routes) if (route.path or "").startswith("/v1/")]
    document = get_openapi(title="Nightscribe", version="1", openapi_version="3.1.0", description=_ABOUT, routes=routes)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    problem = {
        "description": "What went wrong",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] = {
                status: answer for status, answer in operation["responses"].items() if status != "422"
            } | {"default": problem}
    return document
