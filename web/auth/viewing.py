"""Who looks at a page, as its frame shows them."""

from collections.abc import Sequence

from fastapi import Request

from pipeline.domain.account import Permission, Principal
from web.guard import doorkeeper_of
from web.pages.rendering import Link, Viewer

OWN_ACCOUNT = Link("Your account", "/account")
ACCOUNTS = Link("Accounts", "/accounts")


def viewer_of(request: Request, principal: Principal, links: Sequence[Link] = ()) -> Viewer:
    """Return the viewer; pages for somebody signed in extend ``frame/signed_in.html``."""
    idle = doorkeeper_of(request).accounts.endurance.idle
    more = (ACCOUNTS, OWN_ACCOUNT) if principal.may(Permission.ACCOUNTS_MANAGE) else (OWN_ACCOUNT,)
    return Viewer(principal.name, role_names(principal), (*links, *more), int(idle.total_seconds()))


def role_names(principal: Principal) -> str:
    """Return the roles in words."""
    return ", ".join(sorted(role.replace("_", " ") for role in principal.roles)) or "no role"
