"""Who may use a route: each declares a permission, or says why it is open to everybody.

    @router.get("/queues")
    def queues(principal: Annotated[Principal, require(Permission.QUEUES_READ)]) -> ...

``guards`` reads the declarations back, so that a test can try every route as every role and find none missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import iter_route_contexts

from pipeline.audit.access_events import AccessMade, AccessRefused
from pipeline.domain.account import AccessPurpose, Permission, Principal, default_purpose
from pipeline.domain.session import SessionId, parse_session_id
from pipeline.errors import PermissionMissingError, PipelineError, PurposeInvalidError
from web.doorkeeper import Doorkeeper

#: A request may say what it is for; otherwise it is what the permission is usually for.
PURPOSE_HEADER = "Access-Purpose"


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets a request in that is signed in and permitted; a dependency that returns who asks."""

    permission: Permission
    #: What a page fetches by itself must not keep an absent person signed in.
    counts_as_use: bool = True
    #: Off where every change is audited with its own state, and for one's own account.
    audited: bool = True

    def __call__(self, request: Request) -> Principal:
        """Return who asks; raise ``NotSignedInError`` or ``PermissionMissingError``."""
        doorkeeper = doorkeeper_of(request)
        setting_up = self.permission is Permission.OWN_ACCOUNT
        principal = doorkeeper.principal(request, counts_as_use=self.counts_as_use, setting_up=setting_up)
        purpose = _purpose(request, self.permission)
        request.state.principal = principal
        request.state.allowance = doorkeeper.limiter.take(principal.key_id)
        if not principal.may(self.permission):
            doorkeeper.note(AccessRefused(principal.account_id, principal.key_id, self.permission, _route(request)))
            raise PermissionMissingError
        if self.audited:
            doorkeeper.note(self._access(request, principal, purpose))
        return principal

    def _access(self, request: Request, principal: Principal, purpose: AccessPurpose) -> AccessMade:
        return AccessMade(
            principal.account_id, principal.key_id, self.permission, purpose, _route(request), _session(request)
        )


@dataclass(frozen=True, slots=True)
class Open:
    """Says that a route needs nobody to be signed in, and why."""

    reason: str

    def __call__(self) -> None:
        """Let everybody in."""


def require(permission: Permission, *, counts_as_use: bool = True, audited: bool = True) -> Any:  # noqa: ANN401 - as FastAPI's own Depends
    """Return the dependency that lets in who has the permission, and audits the access with its purpose."""
    return Depends(Guard(permission, counts_as_use, audited))


def open_to_all(reason: str) -> Any:  # noqa: ANN401 - as FastAPI's own Depends
    """Return the dependency that declares a route open, and says why."""
    return Depends(Open(reason))


def guards(app: FastAPI) -> Iterator[tuple[str, str, Guard | Open | None]]:
    """Yield every method and path of the application with what it declares; ``None``: nothing, which none may."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        declared = () if dependant is None else (dependency.call for dependency in dependant.dependencies)
        guard = next((call for call in declared if isinstance(call, Guard | Open)), None)
        yield from ((method, route.path or "", guard) for method in sorted(route.methods or {"ANY"}))


def doorkeeper_of(request: Request) -> Doorkeeper:
    """Return the application's doorkeeper."""
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    return doorkeeper


def _purpose(request: Request, permission: Permission) -> AccessPurpose:
    given = request.headers.get(PURPOSE_HEADER)
    if given is None:
        return default_purpose(permission)
    try:
        return AccessPurpose(given)
    except ValueError:
        raise PurposeInvalidError from None


def _route(request: Request) -> str:
    """Return the route's pattern, as in ``GET:/v1/sessions/:session_id``: never what was typed into the address."""
    route = request.scope.get("route")
    path = str(getattr(route, "path_format", getattr(route, "path", ""))).replace("{", ":").replace("}", "")
    return f"{request.method}:{path}"


def _session(request: Request) -> SessionId | None:
    try:
        return parse_session_id(str(request.path_params.get("session_id", "")))
    except PipelineError:
        return None
