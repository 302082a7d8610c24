"""A real headless Chromium of the system's, with an empty profile for each test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.absence import skip_or_fail

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
#: Two slow cores that others work on too.
_PATIENCE_MS = 60_000


@contextmanager
def chromium_page(profile: Path, width: int = 1280) -> Iterator["Page"]:
    """Open a page; skip where Chromium is not installed."""
    from playwright.sync_api import (  # heavy: loaded where a page is opened, not in every test process
        expect,
        sync_playwright,
    )

    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        skip_or_fail("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            headless=True,
            args=list(_OPTIONS),
            viewport={"width": width, "height": 900},
        )
        context.set_default_timeout(_PATIENCE_MS)
        # What a test expects has a patience of its own: five seconds, too few for those cores.
        expect.set_options(timeout=_PATIENCE_MS)
        try:
            yield context.pages[0]
        finally:
            context.close()


@pytest.fixture
def page(tmp_path: Path) -> Iterator["Page"]:
    """Return an empty page of a browser of the test's own."""
    with chromium_page(tmp_path / "profile") as opened:
        yield opened
