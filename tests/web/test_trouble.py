"""What a browser is shown where there is no page, and what a program is told."""

import re
from pathlib import Path

import pytest
from fastapi import APIRouter
from structlog.testing import capture_logs

from pipeline.domain.account import Role
from pipeline.errors import DatabaseUnavailableError, ValueUnusableError
from tests.web.asgi import AsgiClient
from tests.web.site import Site
from web.guard import open_to_all


@pytest.fixture
def broken(site: Site, tmp_path: Path) -> AsgiClient:
    """Return a signed-in operator's browser, from which the database was taken away."""
    client = site.in_browser(Role.OPERATOR)
    site.wiring.ledger.close()
    database = tmp_path / "data" / "ledger.sqlite3"
    for path in database.parent.glob("ledger.sqlite3*"):
        path.unlink()
    database.mkdir()
    return client


@pytest.mark.parametrize("path", ["/", "/ops", "/ops/runs", "/ops/sessions/session-0001", "/account", "/accounts"])
def test_without_the_database_every_page_says_so_and_asks_again(broken: AsgiClient, path: str) -> None:
    """A reloaded page says in plain words that the database is away, and comes back by itself."""
    answer = broken.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert DatabaseUnavailableError.sentence in answer.text
    assert answer.headers["refresh"] == answer.headers["retry-after"] == "5"
    assert "asks again by itself" in answer.text
    assert f'href="{path}"' in answer.text


def test_what_was_to_be_changed_is_not_asked_again(broken: AsgiClient) -> None:
    """A form that could not be carried out is never sent a second time by itself."""
    answer = broken.post("/ops/runs/act/retry", {"run_id": "run-1", "reason": "engine-upgrade"})

    assert (answer.status_code, "refresh" in answer.headers) == (503, False)
    assert DatabaseUnavailableError.sentence in answer.text


@pytest.mark.parametrize("path", ["/v1/queues", "/ready"])
def test_a_program_is_told_as_before(broken: AsgiClient, path: str) -> None:
    """What is meant for programs stays JSON, also where one says that it takes pages."""
    answer = broken.get(path)

    assert (answer.status_code, answer.json()["reason_code"]) == (503, "database_unavailable")


def test_a_stream_is_told_as_before(broken: AsgiClient) -> None:
    """What a page listens to gets no page."""
    answer = broken.get("/ops/live", Accept="text/event-stream")

    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_that_is_none_is_said_to_be(site: Site) -> None:
    """A mistyped address ends on a page that leads on, and repeats nothing that could be taken for ours."""
    answer = site.client(Accept="text/html").get("/no-such-page?<script>")

    assert (answer.status_code, "Nothing here" in answer.text) == (404, True)
    assert "<script>" not in answer.text
    assert 'href="/"' in answer.text


def test_an_address_with_a_moment_beyond_the_calendar_is_refused_in_plain_words(site: Site) -> None:
    """A list that is asked to go on after a moment that cannot be is no fault of ours."""
    answer = site.in_browser(Role.OPERATOR).get("/ops/runs?after=0001-01-01T00:00:00%2B23:59~run-1")

    assert (answer.status_code, ValueUnusableError.sentence in answer.text) == (422, True)


def test_what_nobody_planned_for_leaves_its_place_in_the_log(site: Site) -> None:
    """The log tells the class of the error and the line of ours that it came through, and not what it said."""
    router = APIRouter()

    @router.get("/broken", dependencies=[open_to_all("a test")])
    def broken() -> None:
        raise ValueError("heliotrope canary")

    site.app.include_router(router)

    with capture_logs() as lines, pytest.raises(ValueError, match="heliotrope"):
        site.client().get("/broken")

    assert [(line["event"], line["error"]) for line in lines] == [("request_failed", "ValueError")]
    assert re.fullmatch(r"web/\w+\.py:\d+", lines[0]["where"])
    assert "heliotrope" not in str(lines)
