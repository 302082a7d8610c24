"""One limit for all web processes: a real Redis between them, and one that goes away."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import ApiSettings
from pipeline.domain.account import Role
from pipeline.errors import RateLimitedError
from tests.free_port import free_port
from tests.servers.redis import running_redis
from tests.web.site import PASSWORDS, make_test_site
from web.shared_limits import SharedRateLimiter
from web.site import make_site

pytestmark = pytest.mark.servers


def outcomes(limiters: list[SharedRateLimiter], requests: int, key: str = "key-1") -> list[int]:
    """Take so many shares, from each limiter in turn; return what was left after each, and -1 where none was."""
    found = []
    for number in range(requests):
        try:
            found.append(limiters[number % len(limiters)].take(key).left)
        except RateLimitedError as error:
            found.append(-1 if 1 <= int(error.facts["seconds"]) <= 60 else -60)
    return found


def test_two_processes_count_together(redis_url: str) -> None:
    """Whichever process a request reaches, it takes from the same bucket; somebody else has another."""
    limiters = [SharedRateLimiter(redis_url, 4) for _ in range(2)]

    mine = outcomes(limiters, 6)
    somebody_elses = outcomes(limiters, 1, "key-2")

    assert (mine, somebody_elses) == ([3, 2, 1, 0, -1, -1], [3])


def test_a_bucket_fills_up_again(redis_url: str) -> None:
    """With 60,000 a minute there is one again after a millisecond, so that nobody is turned away for long."""
    assert -1 not in outcomes([SharedRateLimiter(redis_url, 60_000)], 50)


def test_a_site_of_two_processes_holds_one_limit(redis_url: str, tmp_path: Path) -> None:
    """A token that asks both of a deployment's processes gets what one process alone would give it."""
    site = make_test_site(tmp_path, redis_url=redis_url, api=ApiSettings(requests_per_minute=4))
    other = replace(site, whole=make_site(site.wiring, site.doorbell, passwords=PASSWORDS))
    token = site.token(Role.OPERATOR)
    clients = [each.client(Authorization=f"Bearer {token}") for each in (site, other)]

    answers = [clients[number % 2].ask("GET", "/v1/queues") for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert answers[3].headers["ratelimit"].startswith('"requests";r=0;')


def test_each_counts_for_itself_while_redis_is_away() -> None:
    """Nobody is turned away, or let in without limit, because Redis is down."""
    with running_redis() as address:
        limiters = [SharedRateLimiter(address, 3) for _ in range(2)]
        together = outcomes(limiters, 2)

    alone = outcomes(limiters, 8)

    assert together == [2, 1]
    assert alone == [2, 2, 1, 1, 0, 0, -1, -1]


def test_a_redis_that_was_never_there_is_no_obstacle() -> None:
    """A wrong address costs a limit across processes, and no request."""
    assert outcomes([SharedRateLimiter(f"redis://127.0.0.1:{free_port()}/0", 2)], 3) == [1, 0, -1]
