"""Templates -> pages; whatever a value holds stays text."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined

STATIC = "/static"
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
#: An address that names its content may be kept for good.
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the navigation."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, as its frame shows them; what they may do is the server's to check."""

    name: str
    role: str
    links: tuple[Link, ...] = ()
    #: Seconds after which an idle viewer is logged off; ``None`` where nobody is logged on.
    idle_seconds: int | None = None


class Pages:
    """Renders one room's templates inside the common frame."""

    def __init__(self, package: str, filters: Mapping[str, Callable[..., object]] | None = None) -> None:
        """Take the templates of a package; the frame is to be extended as ``frame/frame.html``."""
        loaders = {"frame": PackageLoader("web.pages"), "own": PackageLoader(package)}
        self._environment = Environment(
            loader=PrefixLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(filters or {})
        self._environment.globals.update({"static": static_address})

    def text(self, template: str, **values: Any) -> str:  # noqa: ANN401 - a template takes what its page gives
        """Return a rendered template."""
        return self._environment.get_template(f"own/{template}").render(**values)

    def answer(self, template: str, status_code: int = status.HTTP_200_OK, **values: Any) -> HTMLResponse:  # noqa: ANN401 - as above
        """Return a page that no cache keeps."""
        return HTMLResponse(self.text(template, **values), status_code, {"Cache-Control": "no-store"})


def static_address(name: str) -> str:
    """Return the address of a file of the frame; it changes with the file."""
    return f"{STATIC}/{_file(name)[1]}/{name}"


def static_router() -> APIRouter:
    """Return the route of the style sheet and the script; they say nothing of anybody and need no log-on."""
    router = APIRouter()

    @router.get(STATIC + "/{digest}/{name}", include_in_schema=False)
    def static(digest: str, name: str, request: Request) -> Response:
        """Return a file of the frame."""
        if name not in _names() or digest != _file(name)[1]:
            return Response(status_code=status.HTTP_404_NOT_FOUND)
        headers = {"Cache-Control": _FOREVER, "ETag": f'"{digest}"'}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(_file(name)[0], media_type=_KINDS[name.rpartition(".")[2]], headers=headers)

    return router


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(entry.name for entry in (resources.files("web.pages") / "static").iterdir())


@functools.cache
def _file(name: str) -> tuple[bytes, str]:
    body = (resources.files("web.pages") / "static" / name).read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:16]
