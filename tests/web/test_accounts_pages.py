"""Accounts in the browser: an administrator's pages, and everybody's own password."""

import httpx
import pytest

from pipeline.domain.account import Permission, Role, SignInMeans
from pipeline.errors import AccountUnknownError
from tests.ledger_views import entries
from tests.web.asgi import AsgiClient
from tests.web.site import PASSWORD, Site
from web.doorkeeper import PLAIN_COOKIE

NEW = "nine calm otters"


@pytest.fixture
def administrator(site: Site) -> AsgiClient:
    """Return an administrator's browser."""
    return site.in_browser(Role.ADMINISTRATOR)


def noted(site: Site) -> list[str]:
    """Return what happened to accounts, as the audit log has it."""
    wanted = ("account_", "password_", "second_factor_")
    return [each["event"] for each in entries(site.wiring.ledger, "access") if each["event"].startswith(wanted)]


def signs_in(site: Site, name: str, password: str) -> bool:
    """Say whether the password lets in."""
    client = site.client(Sec_Fetch_Site="same-origin", Accept="text/html")
    answer = client.ask_form("http://127.0.0.1/sign-in", {"name": name, "password": password})
    return answer.status_code == 303


def change_own(client: AsgiClient, current: str, new: str, again: str) -> httpx.Response:
    """Ask for another password of one's own, over this machine's own address."""
    return client.ask_form("http://127.0.0.1/account/password", {"current": current, "new": new, "again": again})


def test_an_administrator_makes_an_account(site: Site, administrator: AsgiClient) -> None:
    """The account is on the list with its roles, its owner gets in, and it is audited with who made it."""
    form = {"name": " Kim ", "password": NEW, "roles": "operator"}

    answer = administrator.post("/accounts", form)
    shown = administrator.get(answer.headers["location"]).text

    assert answer.status_code == 303
    assert "The account is there." in shown
    assert "/accounts/kim" in shown
    assert site.accounts.account("kim").roles == {Role.OPERATOR}
    assert signs_in(site, "kim", NEW)
    added = [each["facts"] for each in entries(site.wiring.ledger, "access") if each["event"] == "account_added"]
    assert added[-1]["actor"] == "administrator"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "a name", "password": NEW, "roles": "operator"}, "An account&#39;s name is"),
        ({"name": "kim", "password": "short", "roles": "operator"}, "A password has at least 12"),
        ({"name": "administrator", "password": NEW, "roles": "operator"}, "Names are never given twice"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said(
    administrator: AsgiClient, form: dict[str, str], sentence: str
) -> None:
    """The page says what to mend, keeps what was typed but for the password, and makes nothing."""
    answer = administrator.post("/accounts", form)

    assert answer.status_code in {409, 422}
    assert sentence in answer.text
    assert form["name"] in answer.text
    assert form["password"] not in answer.text


def test_roles_are_changed(site: Site, administrator: AsgiClient) -> None:
    """Other roles count from the next request on."""
    site.member(Role.OPERATOR, "kim")

    answer = administrator.post("/accounts/kim/roles", {"roles": "auditor"})

    assert answer.headers["location"] == "/accounts/kim?done=roles"
    assert site.accounts.account("kim").roles == {Role.AUDITOR}
    assert noted(site)[-1] == "account_roles_set"


def test_an_account_is_locked_and_unlocked(site: Site, administrator: AsgiClient) -> None:
    """Locked, the account's owner is thrown out and kept out; unlocked, they may come again."""
    kim = site.in_browser(Role.OPERATOR)

    administrator.post("/accounts/operator/state", {"state": "locked"})
    out, kept_out = kim.get("/account").status_code, signs_in(site, "operator", PASSWORD)
    shown = administrator.get("/accounts/operator").text
    administrator.post("/accounts/operator/state", {"state": "unlocked"})

    assert (out, kept_out) == (303, False)
    assert "Unlock" in shown
    assert signs_in(site, "operator", PASSWORD)
    assert noted(site)[-2:] == ["account_disabled", "account_enabled"]


def test_a_lost_second_factor_is_reset(site: Site, administrator: AsgiClient) -> None:
    """The account has none afterwards, and its sign-ins ended."""
    kim = site.in_browser(Role.OPERATOR)

    answer = administrator.post("/accounts/operator/second-factor", {})

    assert answer.headers["location"] == "/accounts/operator?done=second-factor"
    assert kim.get("/account").status_code == 303
    assert not site.accounts.account("operator").has_second_factor


def test_a_forgotten_password_is_set_anew(site: Site, administrator: AsgiClient) -> None:
    """The old one lets nobody in any more, the new one does; a weak one is refused in words."""
    site.member(Role.OPERATOR, "kim")

    weak = administrator.post("/accounts/kim/password", {"password": "kim"})
    administrator.post("/accounts/kim/password", {"password": NEW})

    assert (weak.status_code, "at least 12 characters" in weak.text) == (422, True)
    assert (signs_in(site, "kim", PASSWORD), signs_in(site, "kim", NEW)) == (False, True)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("roles", {"roles": "operator"}),
        ("state", {"state": "locked"}),
        ("second-factor", {}),
        ("password", {"password": NEW}),
    ],
)
def test_nobody_locks_themselves_out(site: Site, administrator: AsgiClient, path: str, form: dict[str, str]) -> None:
    """An administrator cannot do to themselves what would leave nobody who can undo it."""
    answer = administrator.post(f"/accounts/administrator/{path}", form)

    assert answer.status_code == 403
    assert "Another administrator" in answer.text
    assert site.accounts.account("administrator").roles == {Role.ADMINISTRATOR}
    assert administrator.get("/accounts").status_code == 200


def test_an_unknown_account_is_said_to_be_none(administrator: AsgiClient) -> None:
    """The page says so in plain words."""
    answer = administrator.get("/accounts/nobody-at-all")

    assert (answer.status_code, AccountUnknownError.sentence.partition(".")[0] in answer.text) == (404, True)


def test_only_an_administrator_sees_the_way_there(site: Site, administrator: AsgiClient) -> None:
    """Others have no link to accounts, and no page behind it."""
    operator = site.in_browser(Role.OPERATOR)

    assert 'href="/accounts"' in administrator.get("/account").text
    assert 'href="/accounts"' not in operator.get("/account").text
    assert operator.get("/accounts").status_code == 403


@pytest.mark.parametrize("role", Role)
def test_everybody_changes_their_own_password(site: Site, role: Role) -> None:
    """Whatever the role: the new password lets in, the old one does not, here they stay and elsewhere they are out."""
    here = site.in_browser(role)
    account = site.accounts.account(role.value)
    elsewhere = site.accounts.open_sign_in(account, SignInMeans.PASSWORD, "127.0.0.2")

    answer = change_own(here, PASSWORD, NEW, NEW)
    fresh = site.client(Cookie=f"{PLAIN_COOKIE}={answer.cookies[PLAIN_COOKIE]}", Accept="text/html")

    assert "Your password is changed" in fresh.get(answer.headers["location"]).text
    assert site.accounts.sign_in(elsewhere) is None
    assert (signs_in(site, role.value, PASSWORD), signs_in(site, role.value, NEW)) == (False, True)
    assert noted(site)[-1] == "password_set"


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("not the one", NEW, NEW, "The password you have now is not right"),
        (PASSWORD, NEW, "nine calm Otters", "The two new passwords are not the same"),
        (PASSWORD, "short", "short", "A password has at least 12"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(
    site: Site, current: str, new: str, again: str, sentence: str
) -> None:
    """The page says why, and the password one has goes on letting in."""
    here = site.in_browser(Role.CLINICIAN)

    answer = change_own(here, current, new, again)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert signs_in(site, "clinician", PASSWORD)


def test_guessing_the_password_one_has_is_slowed_down(site: Site) -> None:
    """Whoever finds a browser open does not get to try passwords without end."""
    here = site.in_browser(Role.CLINICIAN)

    answers = [change_own(here, "not the one", NEW, NEW).status_code for _ in range(8)]

    assert 429 in answers


def test_a_password_is_not_changed_over_an_open_line(site: Site) -> None:
    """Over plain HTTP from another machine the page refuses before it looks at anything."""
    here = site.in_browser(Role.CLINICIAN)

    answer = here.post("/account/password", {"current": PASSWORD, "new": NEW, "again": NEW})

    assert (answer.status_code, "HTTPS" in answer.text) == (403, True)


def test_a_token_does_not_become_a_sign_in(site: Site) -> None:
    """A program that changes its password gets no cookie, which would let it do more than its scopes."""
    client = site.as_role(Role.OPERATOR, Permission.OWN_ACCOUNT)

    answer = change_own(client, PASSWORD, NEW, NEW)

    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
