"""Every route against every role: generated from the routes there are, so that none can be missing."""

import re
from collections.abc import Iterator

import httpx
import pytest

from pipeline.domain.account import ROLE_PERMISSIONS, Permission, Role
from tests.web.site import Site
from web.guard import Guard, Open, guards

#: What stands in an address for the test's sake; nothing of this name exists.
_NOBODY = "nothing-of-this-name"


def routes(site: Site) -> Iterator[tuple[str, str, Guard | Open | None]]:
    """Yield every method and address of the site, with what it declares."""
    yield from ((method, re.sub(r"\{[^}]+\}", _NOBODY, path), guard) for method, path, guard in guards(site.app))


def guarded(site: Site) -> list[tuple[str, str, Guard]]:
    """Return the routes that ask for a permission."""
    return [(method, path, guard) for method, path, guard in routes(site) if isinstance(guard, Guard)]


def was_refused(answer: httpx.Response) -> bool:
    """Say whether the permission was missing; the answer to HEAD has no body that says so."""
    return answer.status_code == 403


def test_every_route_declares_who_may_use_it(site: Site) -> None:
    """There is no route without a permission or a reason to be open."""
    undeclared = [f"{method} {path}" for method, path, guard in routes(site) if guard is None]

    assert undeclared == []
    assert len(guarded(site)) > 0


def test_every_open_route_says_why(site: Site) -> None:
    """A route that everybody may use gives its reason, and is one of the few known ones."""
    open_paths = {path for _, path, guard in routes(site) if isinstance(guard, Open) and guard.reason}

    assert open_paths == {
        "/health",
        "/ready",
        "/sign-in",
        "/sign-in/code",
        "/sign-off",
        "/v1/openapi.json",
        f"/static/{_NOBODY}/{_NOBODY}",
    }


def test_nobody_gets_past_a_guard(site: Site) -> None:
    """Without a sign-in or a token every guarded route answers that nobody is signed in."""
    client = site.client(Sec_Fetch_Site="same-origin")

    answers = {f"{method} {path}": client.ask(method, path).status_code for method, path, _ in guarded(site)}

    assert {route: status for route, status in answers.items() if status != 401} == {}


@pytest.mark.parametrize("role", Role)
def test_each_route_lets_in_exactly_the_roles_of_the_table(site: Site, role: Role) -> None:
    """A route refuses a role if and only if the table of permissions does."""
    client = site.as_role(role)

    refused = {(method, path): was_refused(client.ask(method, path)) for method, path, _ in guarded(site)}

    expected = {(method, path): guard.permission not in ROLE_PERMISSIONS[role] for method, path, guard in guarded(site)}
    assert refused == expected


def test_every_role_has_its_own_account_and_every_permission_a_role() -> None:
    """Whoever signs in can see their own account, and no permission is anybody's who does not exist."""
    assert [role for role in Role if Permission.OWN_ACCOUNT not in ROLE_PERMISSIONS[role]] == []
    assert frozenset().union(*ROLE_PERMISSIONS.values()) == frozenset(Permission)


def test_nobody_runs_the_machines_and_reads_notes() -> None:
    """No role both operates stage runs and reviews notes."""
    both = {Permission.RUNS_OPERATE, Permission.NOTES_REVIEW}

    assert [role for role in Role if both <= ROLE_PERMISSIONS[role]] == []
