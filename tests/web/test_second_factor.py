"""Codes as a second factor: set up, asked for, taken once; recovery codes; where a deployment asks for them."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from pipeline.adapters.database.rewrapping import rewrap
from pipeline.domain.account import Role
from tests.ledger_views import events
from tests.web.asgi import AsgiClient
from tests.web.site import PASSWORD, Site

HERE = {"Sec_Fetch_Site": "same-origin", "Host": "127.0.0.1", "Accept": "text/html"}


def password_given(site: Site) -> httpx.Response:
    """Give the right password."""
    return site.client(**HERE).post("/sign-in", {"name": "operator", "password": PASSWORD, "go_to": "/account"})


def browser(site: Site, answer: httpx.Response) -> AsgiClient:
    """Return a browser that holds the cookie of an answer."""
    return site.client(Cookie=answer.headers["set-cookie"].split(";")[0], **HERE)


def code(site: Site, seed: str) -> str:
    """Return the code an authenticator shows now."""
    return pyotp.TOTP(seed).at(datetime.now(UTC) + site.time.shift)


@pytest.fixture
def seed(site: Site) -> str:
    """Return the seed of an operator who has set a second factor up, some minutes ago."""
    site.member(Role.OPERATOR)
    client = browser(site, password_given(site))
    found = re.search(r"<code>([A-Z2-7]{32})</code>", client.get("/account/second-factor").text)
    assert found is not None
    answer = client.post("/account/second-factor", {"seed": found[1], "code": code(site, found[1])})
    assert answer.status_code == 200
    site.recovery_codes = re.findall(r"<li><code>([0-9a-f]{20})</code>", answer.text)
    site.time.advance(timedelta(minutes=2))
    return found[1]


def test_a_password_alone_lets_nobody_in_any_more(site: Site, seed: str) -> None:
    """With a second factor the right password leads to the code and to nothing else."""
    answer = password_given(site)

    assert answer.headers["location"].startswith("/sign-in/code")
    assert browser(site, answer).get("/account").status_code == 303


def test_password_and_code_let_in(site: Site, seed: str) -> None:
    """The code lets in, under another secret than the password did."""
    waiting = password_given(site)

    answer = browser(site, waiting).post("/sign-in/code", {"code": code(site, seed)})

    assert browser(site, answer).get("/account").status_code == 200
    assert browser(site, waiting).get("/account").status_code == 303
    assert events(site.wiring.ledger, "access")[-1] == "signed_in"


def test_a_code_counts_once(site: Site, seed: str) -> None:
    """Whoever looked over a shoulder cannot use the code again, not even within its half minute."""
    seen = code(site, seed)
    browser(site, password_given(site)).post("/sign-in/code", {"code": seen})

    answer = browser(site, password_given(site)).post("/sign-in/code", {"code": seen})

    assert answer.status_code == 401


@pytest.mark.parametrize("wrong", ["000000", "", "12345678901234567890", "abcdef"])
def test_a_wrong_code_lets_nobody_in(site: Site, seed: str, wrong: str) -> None:
    """A wrong code is refused, and no cookie comes with it."""
    answer = browser(site, password_given(site)).post("/sign-in/code", {"code": wrong or " "})

    assert answer.status_code in {401, 422}
    assert "set-cookie" not in answer.headers


def test_guessing_codes_is_slowed_down(site: Site, seed: str) -> None:
    """Codes are counted like passwords, so that a million of them cannot be tried."""
    client = browser(site, password_given(site))

    statuses = [client.post("/sign-in/code", {"code": f"{n:06}"}).status_code for n in range(20)]

    assert statuses.count(401) <= 6
    assert 429 in statuses


def test_the_wait_for_a_code_ends(site: Site, seed: str) -> None:
    """Five minutes after the password it has to be given again."""
    client = browser(site, password_given(site))
    site.time.advance(timedelta(minutes=5, seconds=1))

    answer = client.post("/sign-in/code", {"code": code(site, seed)})

    assert answer.headers["location"] == "/sign-in"


def test_a_recovery_code_lets_in_once(site: Site, seed: str) -> None:
    """Without the authenticator a recovery code lets in, and is spent with that."""
    first = browser(site, password_given(site)).post("/sign-in/code", {"code": site.recovery_codes[0]})
    again = browser(site, password_given(site)).post("/sign-in/code", {"code": site.recovery_codes[0]})

    assert (first.status_code, again.status_code) == (303, 401)
    assert len(set(site.recovery_codes)) == 10
    assert "recovery_code_used" in events(site.wiring.ledger, "access")


def test_an_administrator_takes_a_lost_factor_away(site: Site, seed: str) -> None:
    """After that the password lets in again, and whoever was signed in no longer is."""
    inside = browser(site, browser(site, password_given(site)).post("/sign-in/code", {"code": code(site, seed)}))
    site.accounts.remove_second_factor("operator", "test")

    assert inside.get("/account").status_code == 303
    assert password_given(site).headers["location"] == "/account"


def test_a_seed_lies_wrapped(site: Site, seed: str) -> None:
    """What codes are made from is in no file of the database in the clear."""
    folder = site.wiring.settings.folder

    assert [path for path in folder.rglob("*") if path.is_file() and seed.encode() in path.read_bytes()] == []


def test_a_rotation_of_the_wrapping_key_changes_nothing_for_its_owner(site: Site, seed: str) -> None:
    """After the wrapping key was rotated and the older one forgotten, codes still let in."""
    keys = site.wiring.keys
    older = keys.wrapping_key_id
    keys.rotate()
    rewrap(site.wiring.ledger.database, keys, "test")
    keys.forget(older)

    answer = browser(site, password_given(site)).post("/sign-in/code", {"code": code(site, seed)})

    assert (answer.status_code, "set-cookie" in answer.headers) == (303, True)


def test_where_it_is_required_nothing_else_comes_first(site: Site) -> None:
    """Without a second factor a person gets to its setting up, and a page of anything else leads there."""
    site.member(Role.OPERATOR)
    required = site.with_settings(second_factor_required=True)
    client = browser(required, password_given(required))

    assert client.get("/account/second-factor").status_code == 200
    assert client.ask("GET", "/v1/queues").headers["location"] == "/account/second-factor"
    assert client.ask("GET", "/v1/queues", Accept="application/json").json()["reason_code"] == "second_factor_needed"
