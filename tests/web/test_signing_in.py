"""Signing in and off with a name and a password."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pipeline.domain.account import Role
from pipeline.errors import PipelineError
from tests.ledger_views import events
from tests.web.asgi import AsgiClient
from tests.web.site import PASSWORD, Site
from web.doorkeeper import PLAIN_COOKIE, SECURE_COOKIE, Doorkeeper


def sign_in(site: Site, name: str = "operator", password: str = PASSWORD, **headers: str) -> httpx.Response:
    """Send the form, as a browser on this machine does."""
    given = {"Sec_Fetch_Site": "same-origin", "Host": "127.0.0.1"} | headers
    return site.client(**given).post("/sign-in", {"name": name, "password": password, "go_to": "/account"})


def refusal(site: Site, password: str, address: str) -> str:
    """Try to come in from an address; return the reason code, or nothing for whoever is let in."""
    doorkeeper: Doorkeeper = site.app.state.doorkeeper
    try:
        doorkeeper.enter("operator", password, address)
    except PipelineError as error:
        return error.reason_code
    return ""


def cookie(answer: httpx.Response) -> str:
    """Return the cookie an answer sets, as a browser sends it back."""
    return answer.headers["set-cookie"].split(";")[0]


def browser(site: Site, answer: httpx.Response) -> AsgiClient:
    """Return a browser that holds the cookie of an answer."""
    return site.client(Cookie=cookie(answer), Sec_Fetch_Site="same-origin", Accept="text/html", Host="127.0.0.1")


def test_the_right_password_lets_in(site: Site) -> None:
    """Whoever knows the password is sent on with a cookie that no script and no other site can use."""
    site.member(Role.OPERATOR)

    answer = sign_in(site)

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert browser(site, answer).get("/account").status_code == 200
    assert events(site.wiring.ledger, "access") == ["account_added", "signed_in"]


def test_over_tls_the_cookie_belongs_to_this_host_alone(site: Site) -> None:
    """Behind TLS the cookie has the prefix that browsers hold to its host, and is sent over TLS only."""
    site.member(Role.OPERATOR)

    answer = site.client(Sec_Fetch_Site="same-origin").ask_form(
        "https://night.example/sign-in", {"name": "operator", "password": PASSWORD}
    )

    assert answer.headers["set-cookie"].startswith(f"{SECURE_COOKIE}=")
    assert "Secure" in answer.headers["set-cookie"].split("; ")
    assert "Domain" not in answer.headers["set-cookie"]


def test_a_password_does_not_cross_a_network_in_the_clear(site: Site) -> None:
    """Plain HTTP from anywhere but this machine is refused before the password is looked at."""
    site.member(Role.OPERATOR)

    answer = sign_in(site, Host="night.example")

    assert (answer.status_code, answer.json()["reason_code"]) == (403, "tls_needed")


@pytest.mark.parametrize(
    ("name", "password"), [("operator", "wrong grey herons"), ("nobody", PASSWORD), ("no body", "x")]
)
def test_what_was_wrong_is_not_said(site: Site, name: str, password: str) -> None:
    """A wrong password and an unknown name get the same answer, and no cookie."""
    site.member(Role.OPERATOR)

    answer = sign_in(site, name, password)

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "The name, the password or the code is not right." in answer.text


def test_a_disabled_account_is_not_let_in(site: Site) -> None:
    """The right password of a disabled account is answered like a wrong one, and its sign-ins are over."""
    site.member(Role.OPERATOR)
    before = sign_in(site)
    site.accounts.disable("operator", "test")

    assert sign_in(site).status_code == 401
    assert browser(site, before).get("/account").status_code == 303


def test_idle_minutes_end_a_sign_in(site: Site) -> None:
    """After 15 minutes without a request the server forgets the sign-in and the next page says why."""
    site.member(Role.OPERATOR)
    client = browser(site, sign_in(site))
    site.time.advance(timedelta(minutes=14))
    used = client.get("/account")
    site.time.advance(timedelta(minutes=14))
    used_again = client.get("/account")
    site.time.advance(timedelta(minutes=15, seconds=1))

    after = client.get("/account")

    assert (used.status_code, used_again.status_code) == (200, 200)
    assert (after.status_code, after.headers["location"]) == (303, "/sign-in?go_to=%2Faccount&ended=idle")
    assert "You were signed off" in client.get(after.headers["location"]).text


def test_a_form_that_came_too_late_is_not_lost_sight_of(site: Site) -> None:
    """Whoever was signed off over an open form reads that nothing was done, and is led back to the same question."""
    asked = "/ops/runs/act/retry?run_id=run-1&session_id=session-0001"
    client = site.client(Sec_Fetch_Site="same-origin", Accept="text/html", Host="127.0.0.1")
    site.member(Role.OPERATOR)

    after = client.post(asked, {"reason": "engine-upgrade"})
    page = client.get(after.headers["location"])
    go_to = parse_qs(urlsplit(after.headers["location"]).query)["go_to"][0]
    back = client.post("/sign-in", {"name": "operator", "password": PASSWORD, "go_to": go_to})

    assert (after.status_code, "nothing of it was done" in page.text) == (303, True)
    assert (back.status_code, back.headers["location"]) == (303, asked)


def test_a_form_whose_address_is_no_page_leads_to_the_front(site: Site) -> None:
    """What was sent to an address that only takes forms is gone on with from the front page."""
    after = site.client(Sec_Fetch_Site="same-origin", Accept="text/html").post("/accounts/kim/state", {})

    assert after.headers["location"] == "/sign-in?go_to=%2F&ended=unsent"


def test_twelve_hours_end_any_sign_in(site: Site) -> None:
    """However busy, a sign-in ends after twelve hours."""
    site.member(Role.OPERATOR)
    secret = cookie(sign_in(site)).partition("=")[2]
    stood = []
    for _ in range(12 * 6 - 1):
        site.time.advance(timedelta(minutes=10))
        stood.append(site.accounts.sign_in(secret) is not None)
    site.time.advance(timedelta(minutes=11))

    assert all(stood)
    assert site.accounts.sign_in(secret) is None


def test_signing_off_ends_it_at_the_server(site: Site) -> None:
    """A cookie that was copied is worth nothing once its owner signed off."""
    site.member(Role.OPERATOR)
    client = browser(site, sign_in(site))

    answer = client.post("/sign-off", {})

    assert answer.status_code == 303
    assert client.get("/account").status_code == 303
    assert events(site.wiring.ledger, "access")[-1] == "signed_off"


def test_each_sign_in_has_a_secret_of_its_own(site: Site) -> None:
    """No secret is taken from the browser: one planted before signing in is not the one that counts after."""
    site.member(Role.OPERATOR)

    first, second = sign_in(site), sign_in(site, Cookie=f"{PLAIN_COOKIE}=planted")

    assert len({cookie(first), cookie(second), f"{PLAIN_COOKIE}=planted"}) == 3


@pytest.mark.parametrize("go_to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(site: Site, go_to: str) -> None:
    """Whatever an address asks for, signing in leads to a page of ours."""
    site.member(Role.OPERATOR)
    form = {"name": "operator", "password": PASSWORD, "go_to": go_to}

    answer = site.client(Sec_Fetch_Site="same-origin", Host="127.0.0.1").post("/sign-in", form)

    assert answer.headers["location"] == "/account"


def test_a_thousand_wrong_passwords_cost_little_and_lock_nobody_out(site: Site) -> None:
    """Almost all are refused unseen, and the owner comes in at once from elsewhere, and soon from there."""
    site.member(Role.OPERATOR)

    answers = [refusal(site, f"wrong number {n}", "192.0.2.7") for n in range(1000)]

    assert answers.count("sign_in_refused") <= 12
    assert answers.count("sign_in_refused") + answers.count("too_many_tries") == 1000
    assert events(site.wiring.ledger, "access").count("sign_in_refused") == answers.count("sign_in_refused")
    assert sign_in(site).status_code == 303
    site.time.advance(timedelta(minutes=15))
    assert refusal(site, PASSWORD, "192.0.2.7") == ""


def test_the_front_door_leads_to_where_somebody_works(site: Site) -> None:
    """Whoever watches the queues is led to them, anybody else to their account, and a stranger to the sign-in."""
    watching, other = site.in_browser(Role.OPERATOR), site.in_browser(Role.CLINICIAN)

    assert watching.get("/").headers["location"] == "/ops"
    assert other.get("/").headers["location"] == "/account"
    assert site.client(Accept="text/html").get("/").headers["location"] == "/sign-in?go_to=%2F"


def test_waiting_is_told_in_seconds(site: Site) -> None:
    """Whoever tries too often reads how long to wait, and that nothing stays locked."""
    site.member(Role.OPERATOR)
    for _ in range(6):
        sign_in(site, "operator", "wrong grey herons")

    answer = sign_in(site)

    assert answer.status_code == 429
    assert "Try again in" in answer.text
