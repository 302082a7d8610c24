"""The frame of every page: its files, and what becomes of what is put into it."""

import re

import pytest
from fastapi import FastAPI

from tests.web.asgi import AsgiClient
from web.pages.rendering import Link, Pages, Viewer, static_address, static_router


@pytest.fixture
def client() -> AsgiClient:
    """Return a client of an application with the frame's files alone."""
    app = FastAPI()
    app.include_router(static_router())
    return AsgiClient(app)


def framed(viewer: Viewer | None) -> str:
    """Return an empty page as somebody sees it."""
    pages = Pages("web.pages")
    return pages.text("frame.html", viewer=viewer)


def test_a_file_is_kept_for_good_under_the_address_that_names_its_content(client: AsgiClient) -> None:
    """The style sheet is served under its digest, and asked for again it need not be sent again."""
    address = static_address("nightscribe.css")

    first = client.get(address)
    again = client.get(address, If_None_Match=first.headers["ETag"])

    assert first.status_code == 200
    assert "immutable" in first.headers["Cache-Control"]
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/static/0000000000000000/nightscribe.css", "/static/x/..%2Frendering.py"])
def test_nothing_else_is_served(client: AsgiClient, path: str) -> None:
    """Neither an old address nor a way out of the folder leads to a file."""
    answer = client.get(path)

    assert answer.status_code == 404


def test_a_name_stays_text() -> None:
    """Whatever a viewer is called, nothing of it becomes markup."""
    page = framed(Viewer("<script>alert(1)</script>", "operator", (Link("The night", "/ops"),)))

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_page_loads_only_from_here_and_runs_nothing_inline() -> None:
    """No address in the frame leads elsewhere, and no style or script stands in the page."""
    page = framed(None)

    assert re.findall(r"(?:src|href)=\"(?!/|#)", page) == []
    assert re.findall(r"<style|style=|<script(?! src)|\son\w+=", page) == []
