"""An operator's night in a real browser: sixty sessions, real servers, several workers, and what goes wrong."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from pipeline.domain.account import Role
from pipeline.domain.session import SessionId, Stage, StageStatus
from tests.chaos.deployments import Deployment, make_settings
from tests.chaos.fixtures import Interrupted
from tests.chaos.scripted import POISON
from tests.servers.website import add_member, run_command, running_website, sign_in
from tests.waiting import until

pytestmark = [pytest.mark.servers, pytest.mark.slow]

_SESSIONS = 60
#: Sixty sessions take as long as the machine needs.
_NIGHT_MS = 300_000


@pytest.fixture
def deployment(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Deployment]:
    """Make a deployment on PostgreSQL and Redis that quarantines at the third crash."""
    settings = make_settings(tmp_path, postgres_url, redis_url=redis_url)
    settings = settings.model_copy(update={"queue": settings.queue.model_copy(update={"crashes": 3})})
    made = Deployment(settings, tmp_path)
    yield made
    made.close()


def act(page: Page, button: str, within: str, reason: str) -> None:
    """Press a button of a section, say why, and confirm."""
    page.locator(within).get_by_role("link", name=re.compile(f"^{button}")).first.click()
    page.get_by_label("Why").fill(reason)
    page.locator("main form button").click()


def crashed_again(deployment: Deployment, session_id: SessionId) -> bool:
    """Say whether a run was quarantined, released, and quarantined once more."""
    run = deployment.row(session_id).runs[0]
    return run.attempt >= 6 and run.status is StageStatus.QUARANTINED


def shown(page: Page, name: str) -> Locator:
    """Return where one of the first figures stands."""
    return page.locator("#concerns .figures div", has_text=name).locator("dd")


def figure(page: Page, name: str) -> int:
    """Return one of the first figures."""
    return int(shown(page, name).inner_text().replace(",", ""))


def ready_in(report: str) -> int:
    """Return how many drafts the morning report says are ready, those with sentences to look at included."""
    return sum(int(count) for count in re.findall(r"^ +(\d+)  Ready\b", report, re.MULTILINE))


def test_a_whole_night(deployment: Deployment, tmp_path: Path, page: Page) -> None:
    """Sixty sessions go through while a worker is killed, a file is poison, and a stage is paused and resumed."""
    ledger = deployment.wiring.ledger
    add_member(ledger, "mira", [Role.OPERATOR])
    poison = deployment.submit(POISON + b" " * 10_000)
    for _ in range(_SESSIONS - 1):
        deployment.submit()

    with running_website(deployment.settings, tmp_path) as address:
        sign_in(page, address, "mira")
        handed_in = figure(page, "On their way")
        workers = [deployment.start(takes=timedelta(milliseconds=150), size=20_000) for _ in range(3)]
        running_shown = page.locator("#running tbody tr").first
        expect(running_shown).to_be_visible()

        workers[0].kill()
        quarantined = page.locator("#failures tbody tr", has_text="stage_crashed")
        expect(quarantined).to_contain_text("quarantined")

        act(page, "Pause", "#stages tr:has-text('Verify')", "maintenance")
        expect(page.locator("#concerns")).to_contain_text("verify is paused (mira: maintenance)")
        act(page, "Resume", "#stages tr:has-text('Verify')", "maintenance-done")
        expect(page.locator("#concerns")).not_to_contain_text("verify is paused")

        act(page, "Release all", "#failures", "engine-upgrade")
        assert until(lambda: crashed_again(deployment, poison))
        page.goto(f"{address}/ops/runs?status=quarantined")
        act(page, "Discard", "main table", "recording-unusable")
        expect(page.get_by_role("status")).to_contain_text("set aside")
        # The list below may still be arriving.
        page.wait_for_load_state()
        story = page.locator(".steps").inner_text()

        page.goto(f"{address}/ops")
        expect(page.locator("#night")).to_contain_text("Nothing is on its way", timeout=_NIGHT_MS)
        morning = page.content()
        found = Axe().run(page)
    report = run_command(deployment.settings, tmp_path, "report")
    run_command(deployment.settings, tmp_path, "report", "-o", tmp_path / "morning.html")
    page.goto((tmp_path / "morning.html").as_uri())
    printed = page.locator("body").inner_text()
    on_paper = Axe().run(page)

    assert handed_in == _SESSIONS
    assert deployment.status(Stage.TRANSCRIBE, poison) is StageStatus.CANCELLED
    assert [s for s in deployment.sessions if deployment.status(Stage.VERIFY, s) is not StageStatus.SUCCEEDED] == [
        poison
    ]
    assert story.count("quarantined") == 2
    assert "recording-unusable" in story
    assert "mira" in story
    assert found.response["violations"] == on_paper.response["violations"] == []
    assert ready_in(report) == _SESSIONS - 1
    assert f"{poison}  Cancelled (run_discarded)" in report
    assert poison in printed
    assert "run_discarded" in printed
    assert [each for each in (morning, report, printed) if "recording 1" in each] == []
    assert deployment.violations() == []


def test_a_database_that_goes_away_while_the_page_is_open(
    interrupted_postgres: Interrupted, tmp_path: Path, page: Page
) -> None:
    """The page says that the database does not answer, keeps what it showed, and comes back by itself."""
    deployment, server = interrupted_postgres.deployment, interrupted_postgres.server
    add_member(deployment.wiring.ledger, "mira", [Role.OPERATOR_READ_ONLY])
    deployment.submit()

    with running_website(deployment.settings, tmp_path) as address:
        sign_in(page, address, "mira")
        expect(page.locator("#freshness")).to_contain_text("Live")
        server.shut()
        expect(page.locator("#outage")).to_contain_text("database has not answered since")
        kept = figure(page, "On their way")

        server.open()
        deployment.submit()

        expect(page.locator("#outage")).to_be_hidden()
        expect(shown(page, "On their way")).to_have_text("2")

    assert kept == 1


def test_a_page_reloaded_without_the_database_comes_back_by_itself(
    interrupted_postgres: Interrupted, tmp_path: Path, page: Page
) -> None:
    """Reloaded while the database is away, the page says so in plain words, and is itself again once it is back."""
    deployment, server = interrupted_postgres.deployment, interrupted_postgres.server
    add_member(deployment.wiring.ledger, "mira", [Role.OPERATOR_READ_ONLY])

    with running_website(deployment.settings, tmp_path) as address:
        sign_in(page, address, "mira")
        server.shut()
        page.reload()
        said = page.locator("main").inner_text()
        found = Axe().run(page)

        server.open()

        expect(page.locator("#freshness")).to_contain_text("Live")

    assert "The database cannot be reached" in said
    assert "asks again by itself" in said
    assert found.response["violations"] == []


def test_every_page_is_accessible_light_and_narrow(deployment: Deployment, tmp_path: Path, page: Page) -> None:
    """No page has an axe violation or scrolls sideways, wide or narrow, light or dark; the keyboard reaches all."""
    add_member(deployment.wiring.ledger, "mira", [Role.OPERATOR, Role.ADMINISTRATOR])
    add_member(deployment.wiring.ledger, "kim", [Role.CLINICIAN])
    session_id = deployment.submit(POISON)
    deployment.submit()
    with deployment.fresh_worker(size=1000):
        assert until(lambda: deployment.status(Stage.TRANSCRIBE, session_id) is StageStatus.QUARANTINED)
    problems: list[str] = []

    with running_website(deployment.settings, tmp_path) as address:
        sign_in(page, address, "mira")
        for path in pages(session_id):
            for scheme, width in (("light", 1280), ("dark", 360)):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(address + path)
                problems += [f"{path} {scheme}: {found['id']}" for found in Axe().run(page).response["violations"]]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    problems.append(f"{path} {scheme}: scrolls sideways")
        page.goto(f"{address}/ops")
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.textContent")

    assert problems == []
    assert first == "Skip to the content"


def pages(session_id: SessionId) -> tuple[str, ...]:
    """Return an address of each kind of page."""
    return (
        "/ops",
        "/ops/runs?status=quarantined",
        "/ops/runs?status=succeeded",
        "/ops/sessions",
        f"/ops/sessions/{session_id}",
        "/ops/queues/act/pause?stage=draft",
        "/ops/runs/act/retry-all?status=quarantined",
        f"/ops/runs/act/priority?session_id={session_id}",
        "/account",
        "/account/password",
        "/accounts",
        "/accounts/kim",
        "/accounts/mira",
        "/no-such-page",
    )


def test_little_script_is_sent() -> None:
    """All JavaScript of all pages together is under 40 kB."""
    scripts = list((Path(__file__).parents[2] / "web" / "pages" / "static").glob("*.js"))

    assert scripts != []
    assert sum(script.stat().st_size for script in scripts) < 40_000
