"""What stands around every route."""

import pytest

from pipeline.domain.account import Role
from pipeline.errors import RequestTooLargeError
from tests.web.site import Site


@pytest.mark.parametrize("path", ["/sign-in", "/health", "/account", "/nothing-here"])
def test_every_answer_has_the_strict_headers(site: Site, path: str) -> None:
    """Pages, refusals and what does not exist alike forbid frames, inline code, guessing types and keeping copies."""
    answer = site.client().get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_another_sites_page_changes_nothing(site: Site, headers: dict[str, str]) -> None:
    """A form sent from elsewhere is refused, however signed in the browser is."""
    inside = site.in_browser(Role.OPERATOR)
    kept = {name: value for name, value in inside.headers.items() if name != "Sec-Fetch-Site"}

    answer = site.client(**kept).post("/sign-off", {}, **headers)

    assert (answer.status_code, answer.json()["reason_code"]) == (403, "cross_site_request")
    assert inside.get("/account").status_code == 200


def test_a_browser_without_fetch_metadata_says_where_it_is(site: Site) -> None:
    """An older browser is believed by its Origin, where that is our own host."""
    answer = site.client(Host="127.0.0.1:8080").post("/sign-off", {}, Origin="http://127.0.0.1:8080")

    assert answer.status_code == 303


def test_what_does_not_exist_is_a_problem_document(site: Site) -> None:
    """An unknown address is answered in the form of all refusals, without repeating it."""
    answer = site.client().get("/nothing-of-this-name")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["reason_code"] == "route_unknown"
    assert "nothing-of-this-name" not in answer.text


def test_a_body_that_says_it_is_too_long_is_refused_like_everything_else(site: Site) -> None:
    """By its declared length too, a program gets a problem document and a browser a page, and neither plain words."""
    long = b'{"participants": "' + b"x" * 3_000_000 + b'"}'

    program = site.as_role(Role.OPERATOR).ask("POST", "/v1/sessions", content=long, Content_Type="application/json")
    browser = site.client(Sec_Fetch_Site="same-origin", Accept="text/html").post("/sign-in", {"name": "x" * 100_000})

    assert (program.status_code, program.headers["content-type"]) == (413, "application/problem+json")
    assert program.json()["reason_code"] == "request_too_large"
    assert (browser.status_code, RequestTooLargeError.sentence in browser.text) == (413, True)
    assert program.headers["x-content-type-options"] == "nosniff"
