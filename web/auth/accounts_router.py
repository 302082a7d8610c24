"""The administrator's pages: who has an account, what each may do, and who is locked out."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.adapters.database.accounts import Proof
from pipeline.domain.account import Account, Permission, Principal, Role, parse_account_name
from pipeline.errors import OwnAccountError, PipelineError
from web.auth.viewing import ACCOUNTS, viewer_of
from web.guard import doorkeeper_of, require
from web.pages.rendering import Pages
from web.problems import status_of

_PAGES = Pages("web.auth")
Reader = Annotated[Principal, require(Permission.ACCOUNTS_MANAGE)]
#: Each change is an audit entry of its own, with who did it.
Manager = Annotated[Principal, require(Permission.ACCOUNTS_MANAGE, audited=False)]
Text = Annotated[str, Form(max_length=256)]
State = Annotated[Literal["locked", "unlocked"], Form()]
Roles = Annotated[list[Role], Form(max_length=len(Role))]
#: What was just done; what names nothing is not shown.
Done = Annotated[str, Query(max_length=32)]

_DONE = {
    "added": "The account is there.",
    "roles": "The roles are changed. They count from the next request on.",
    "locked": "The account is locked: its sign-ins ended, and its tokens are refused.",
    "unlocked": "The account may come in again.",
    "second-factor": "The second factor is taken away, and the account's sign-ins ended.",
    "password": "The password is changed, and the account's sign-ins ended. Tell the person, who should change it.",
}


def accounts_router() -> APIRouter:
    """Return ``/accounts`` and what is under it."""
    router = APIRouter(prefix=ACCOUNTS.href, include_in_schema=False, max_body_size=64 * 1024)

    @router.get("")
    def show(request: Request, principal: Reader, done: Done = "") -> Response:
        """Show every account, and a form for another one."""
        return _list_page(request, principal, told=_DONE.get(done, ""))

    @router.post("")
    def add(request: Request, principal: Manager, name: Text, password: Text, roles: Roles) -> Response:
        """Make an account with a first password."""
        doorkeeper = doorkeeper_of(request)
        try:
            chosen = parse_account_name(name)
            proof = Proof(password_hash=doorkeeper.passwords.hash(password, chosen))
            doorkeeper.accounts.add(chosen, roles, proof, principal.name)
        except PipelineError as error:
            return _list_page(request, principal, problem=error, name=name, roles=roles)
        return _went_well(ACCOUNTS.href, "added")

    _add_one(router)
    return router


def _add_one(router: APIRouter) -> None:
    @router.get("/{name}")
    def show_one(request: Request, principal: Reader, name: str, done: Done = "") -> Response:
        """Show one account and what can be done to it."""
        account = doorkeeper_of(request).accounts.account(name)
        return _one_page(request, principal, account, told=_DONE.get(done, ""))

    @router.post("/{name}/roles")
    def change_roles(request: Request, principal: Manager, name: str, roles: Roles) -> Response:
        """Give an account other roles."""
        work = partial(doorkeeper_of(request).accounts.set_roles, name, roles, principal.name)
        return _changed(request, principal, name, work, "roles", own_may=Role.ADMINISTRATOR in roles)

    @router.post("/{name}/state")
    def change_state(request: Request, principal: Manager, name: str, state: State) -> Response:
        """Lock an account, or unlock it."""
        accounts = doorkeeper_of(request).accounts
        change = accounts.disable if state == "locked" else accounts.enable
        return _changed(request, principal, name, partial(change, name, principal.name), state)

    @router.post("/{name}/second-factor")
    def reset_second_factor(request: Request, principal: Manager, name: str) -> Response:
        """Take an account's second factor away, as for a lost telephone."""
        work = partial(doorkeeper_of(request).accounts.remove_second_factor, name, principal.name)
        return _changed(request, principal, name, work, "second-factor")

    @router.post("/{name}/password")
    def reset_password(request: Request, principal: Manager, name: str, password: Text) -> Response:
        """Give an account a new password."""
        work = partial(doorkeeper_of(request).reset_password, name, password, principal.name)
        return _changed(request, principal, name, work, "password")


def _changed(
    request: Request, principal: Principal, name: str, work: Callable[[], None], done: str, *, own_may: bool = False
) -> Response:
    """Do it and lead back to the account's page, which says what was done, or what was not and why."""
    account = doorkeeper_of(request).accounts.account(name)
    try:
        if principal.name == account.name and not own_may:
            raise OwnAccountError
        work()
    except PipelineError as error:
        return _one_page(request, principal, account, problem=error)
    return _went_well(f"{ACCOUNTS.href}/{quote(account.name)}", done)


def _went_well(where: str, done: str) -> Response:
    return RedirectResponse(f"{where}?done={done}", HTTP_303_SEE_OTHER)


def _list_page(
    request: Request,
    principal: Principal,
    *,
    told: str = "",
    problem: PipelineError | None = None,
    name: str = "",
    roles: list[Role] | None = None,
) -> Response:
    accounts = doorkeeper_of(request).accounts.everyone()
    values = {"accounts": accounts, "told": told, "problem": problem, "name": name, "chosen": roles or []}
    return _page(request, principal, "accounts.html", values, problem)


def _one_page(
    request: Request, principal: Principal, account: Account, *, told: str = "", problem: PipelineError | None = None
) -> Response:
    values = {"account": account, "told": told, "problem": problem, "own": principal.name == account.name}
    return _page(request, principal, "one_account.html", values, problem)


def _page(
    request: Request, principal: Principal, template: str, values: Mapping[str, object], problem: PipelineError | None
) -> Response:
    code = 200 if problem is None else status_of(problem)
    viewer = viewer_of(request, principal)
    return _PAGES.answer(template, code, viewer=viewer, here=ACCOUNTS.href, all_roles=list(Role), **values)
