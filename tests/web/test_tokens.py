"""Tokens of programs: what ends one, and that a stolen one is of no use once it ended."""

from datetime import timedelta

import httpx
import pytest

from pipeline.adapters.database.accounts.tokens import TokenOrder
from pipeline.domain.account import Permission, Role
from tests.ledger_views import entries
from tests.web.site import Site


@pytest.fixture
def token(site: Site) -> tuple[str, str]:
    """Return the id of a token of thirty days and the token itself."""
    name = site.member(Role.OPERATOR, "robot")
    row, secret = site.accounts.create_token(
        TokenOrder(name, "test", (Permission.QUEUES_READ,), timedelta(days=30)), "test"
    )
    return row.token_id, secret


def ask(site: Site, secret: str) -> httpx.Response:
    """Ask for the queues with a token."""
    return site.client(Authorization=f"Bearer {secret}").get("/v1/queues")


def told(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the reason of a refusal."""
    return answer.status_code, answer.json()["reason_code"]


def test_an_expired_token_lets_nobody_in(site: Site, token: tuple[str, str]) -> None:
    """A token counts to its last day and not beyond."""
    site.time.advance(timedelta(days=29))
    before = ask(site, token[1]).status_code
    site.time.advance(timedelta(days=1, seconds=1))

    answer = ask(site, token[1])

    assert (before, told(answer)) == (200, (401, "not_signed_in"))
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_lets_nobody_in_from_the_next_request_on(site: Site, token: tuple[str, str]) -> None:
    """Whoever stole it is out at once, however long it would have lasted, and the revocation is audited."""
    before = ask(site, token[1]).status_code
    site.accounts.revoke_token(token[0], "mira")

    answer = ask(site, token[1])

    revoked = [each["facts"] for each in entries(site.wiring.ledger, "access") if each["event"] == "token_revoked"]
    assert (before, told(answer)) == (200, (401, "not_signed_in"))
    assert [(each["token_id"], each["actor"]) for each in revoked] == [(token[0], "mira")]


def test_a_token_of_a_locked_account_lets_nobody_in(site: Site, token: tuple[str, str]) -> None:
    """Locking an account locks its programs out too, and unlocking lets the same token in again."""
    site.accounts.disable("robot", "mira")
    locked = ask(site, token[1])
    site.accounts.enable("robot", "mira")

    assert told(locked) == (401, "not_signed_in")
    assert ask(site, token[1]).status_code == 200


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.swapcase(), lambda _: "nst_x"])
def test_a_token_that_is_nearly_right_is_wrong(site: Site, token: tuple[str, str], change: object) -> None:
    """One that was cut, lengthened, changed or made up lets nobody in and is not repeated."""
    assert callable(change)
    wrong = str(change(token[1]))

    answer = ask(site, wrong)

    assert told(answer) == (401, "not_signed_in")
    assert wrong not in answer.text
