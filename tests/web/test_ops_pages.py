"""The dashboard's pages: what each role sees and may do, and what becomes of an action."""

import json
import re

import pytest

from pipeline.audit.events import Stream
from pipeline.domain.account import Role
from pipeline.domain.operating import Decision, QueueState
from pipeline.domain.session import SessionId, Stage, StageStatus, WorkerId
from pipeline.errors import RecordingUndecodableError
from tests.factories import accepted_session, make_session, permits, run_through, taken, two_people
from tests.ledger_views import entries, status_of
from tests.web.site import Site

_ACTIONS = re.compile(r"/ops/(?:runs|queues)/act/[a-z-]+")


@pytest.fixture
def failed(site: Site) -> SessionId:
    """Return a session whose transcription failed, on a site with one that goes on."""
    accepted_session(site.wiring.ledger, people=two_people("client-1", "clinician-1"))
    accepted = accepted_session(site.wiring.ledger, people=two_people("client-2", "clinician-2"))
    lease = taken(site.wiring.ledger, Stage.TRANSCRIBE)
    site.wiring.ledger.fail(lease, RecordingUndecodableError())
    taken(site.wiring.ledger, Stage.TRANSCRIBE)
    del accepted
    return lease.session.session_id


def run_id(site: Site, session_id: SessionId) -> str:
    """Return the id of a session's only run."""
    return site.wiring.ledger.session(session_id).runs[0].run_id


def test_an_operator_sees_the_queues_and_what_can_be_done(site: Site, failed: SessionId) -> None:
    """The first page has every section, names the failure with its sentence, and offers actions."""
    page = site.in_browser(Role.OPERATOR).get("/ops").text

    sections = ("night", "concerns", "stages", "running", "failures", "batches", "workers", "promises")
    assert [name for name in sections if f'<section id="{name}"' not in page] == []
    assert "recording_undecodable" in page
    assert RecordingUndecodableError.sentence in page
    assert {"/ops/queues/act/pause", "/ops/runs/act/retry-all"} <= set(_ACTIONS.findall(page))
    assert str(failed) not in page


@pytest.mark.parametrize("path", ["/ops", "/ops/runs?status=failed", "/ops/sessions/{failed}"])
def test_who_may_only_read_is_offered_nothing(site: Site, failed: SessionId, path: str) -> None:
    """A read-only operator's pages hold no action."""
    page = site.in_browser(Role.OPERATOR_READ_ONLY).get(path.format(failed=failed))

    assert page.status_code == 200
    assert _ACTIONS.findall(page.text) == []


def test_who_may_only_read_is_refused_by_the_server(site: Site, failed: SessionId) -> None:
    """A read-only operator who sends an action anyway is refused, and nothing changes."""
    form = {"run_id": run_id(site, failed), "reason": "engine-upgrade"}

    answer = site.in_browser(Role.OPERATOR_READ_ONLY).post("/ops/runs/act/retry", form)

    assert answer.status_code == 403
    assert status_of(site.wiring.ledger, failed, Stage.TRANSCRIBE) is StageStatus.FAILED


def test_an_action_is_asked_before_it_is_done(site: Site, failed: SessionId) -> None:
    """Opening an action's page changes nothing, says what will happen, and asks why."""
    address = f"/ops/runs/act/retry?run_id={run_id(site, failed)}&session_id={failed}"

    page = site.in_browser(Role.OPERATOR).get(address).text

    assert "made ready again" in page
    assert 'name="reason"' in page
    assert status_of(site.wiring.ledger, failed, Stage.TRANSCRIBE) is StageStatus.FAILED


def test_an_action_is_done_with_who_and_why(site: Site, failed: SessionId) -> None:
    """A confirmed retry makes the run ready, keeps who and why in the audit log, and leads back to the session."""
    form = {"run_id": run_id(site, failed), "session_id": failed, "reason": "engine-upgrade"}

    answer = site.in_browser(Role.OPERATOR).post("/ops/runs/act/retry", form)

    facts = entries(site.wiring.ledger, "transcribe")[-1]["facts"]
    assert (answer.status_code, answer.headers["location"]) == (303, f"/ops/sessions/{failed}?done=retry")
    assert status_of(site.wiring.ledger, failed, Stage.TRANSCRIBE) is StageStatus.READY
    assert (facts["actor"], facts["reason"]) == ("operator", "engine-upgrade")


@pytest.mark.parametrize("reason", ["", "x", "because the client said so", "a" * 65])
def test_a_reason_that_is_no_code_is_sent_back(site: Site, failed: SessionId, reason: str) -> None:
    """Words of one's own are refused as a reason, and the run stays as it is."""
    form = {"run_id": run_id(site, failed), "session_id": failed, "reason": reason}

    answer = site.in_browser(Role.OPERATOR).post("/ops/runs/act/retry", form)

    assert answer.status_code == 422
    assert status_of(site.wiring.ledger, failed, Stage.TRANSCRIBE) is StageStatus.FAILED


def test_who_comes_second_is_told_so(site: Site, failed: SessionId) -> None:
    """Two operators retry one run: the second is told that it was done already, and where to look."""
    form = {"run_id": run_id(site, failed), "session_id": failed, "reason": "engine-upgrade"}
    browser = site.in_browser(Role.OPERATOR)

    first = browser.post("/ops/runs/act/retry", form)
    second = browser.post("/ops/runs/act/retry", form)

    assert first.status_code == 303
    assert second.status_code in {409, 422}
    assert "Not done" in second.text


def test_a_stage_that_somebody_else_steered_meanwhile_is_asked_anew(site: Site) -> None:
    """An answer given on a state that is no longer so is refused, and the page shows who changed it and why."""
    browser = site.in_browser(Role.OPERATOR)
    seen = re.search(r'name="seen_revision" value="(\d+)"', browser.get("/ops/queues/act/pause?stage=draft").text)
    site.wiring.ledger.steer(Stage.DRAFT, QueueState.DRAINING, Decision("noor", "incident"))

    form = {"stage": "draft", "reason": "maintenance", "seen_revision": seen.group(1) if seen else ""}
    answer = browser.post("/ops/queues/act/pause", form)

    assert seen is not None
    assert answer.status_code in {409, 422}
    assert "noor: incident" in answer.text
    assert site.wiring.ledger.control(Stage.DRAFT).state is QueueState.DRAINING


def test_a_stage_is_paused_and_resumed(site: Site) -> None:
    """Pausing and resuming a stage shows on the page and in the audit log."""
    browser = site.in_browser(Role.OPERATOR)
    browser.post("/ops/queues/act/pause", {"stage": "verify", "reason": "maintenance"})
    paused = browser.get("/ops").text

    browser.post("/ops/queues/act/resume", {"stage": "verify", "reason": "maintenance-done"})

    events = [entry["event"] for entry in entries(site.wiring.ledger, "operator")]
    assert "verify is paused (operator: maintenance)" in paused
    assert "verify is paused" not in browser.get("/ops").text
    assert events[-2:] == ["queue_paused", "queue_resumed"]


def test_all_that_match_are_retried(site: Site, failed: SessionId) -> None:
    """One action makes every run of a reason ready again; how many is said before, and that none is left after."""
    browser = site.in_browser(Role.OPERATOR)
    asked = browser.get("/ops/runs/act/retry-all?stage=transcribe&status=failed&reason_code=recording_undecodable")

    form = {"stage": "transcribe", "status": "failed", "reason_code": "recording_undecodable", "reason": "disk-freed"}
    answer = browser.post("/ops/runs/act/retry-all", form)
    again = browser.post("/ops/runs/act/retry-all", form)

    assert re.search(r"Runs that match now</dt><dd>1<", asked.text)
    assert answer.status_code == 303
    assert status_of(site.wiring.ledger, failed, Stage.TRANSCRIBE) is StageStatus.READY
    assert (again.status_code, "Not done" in again.text) == (409, True)


def test_discarding_reordering_cancelling_and_draining_are_done(site: Site, failed: SessionId) -> None:
    """Each other action does what its page says."""
    ledger, browser = site.wiring.ledger, site.in_browser(Role.OPERATOR)
    worker = WorkerId("worker-1")
    ledger.beat_worker(worker, Stage.DRAFT, "idle")
    other = next(row.session.session_id for row in ledger.sessions() if row.session.session_id != failed)

    forms: dict[str, dict[str, str]] = {
        "/ops/runs/act/discard": {"run_id": run_id(site, failed), "session_id": failed},
        "/ops/runs/act/priority": {"session_id": other, "priority": "5"},
        "/ops/runs/act/cancel": {"session_id": other},
        "/ops/queues/act/drain": {"stage": "draft"},
        "/ops/queues/act/drain-worker": {"worker_id": worker},
        "/ops/queues/act/resume-worker": {"worker_id": worker},
    }
    answers = [browser.post(path, {**form, "reason": "maintenance"}).status_code for path, form in forms.items()]

    assert answers == [303] * len(forms)
    assert status_of(ledger, failed, Stage.TRANSCRIBE) is StageStatus.CANCELLED
    assert status_of(ledger, other, Stage.TRANSCRIBE) is StageStatus.CANCELLED
    assert ledger.control(Stage.DRAFT).state is QueueState.DRAINING


@pytest.mark.parametrize(
    "path",
    [
        "/ops/runs/act/retry",
        "/ops/runs/act/pause?stage=draft",
        "/ops/queues/act/pause?stage=nothing",
        "/ops/runs?stage=nothing",
        "/ops/runs?status=nothing",
        "/ops/runs?after=yesterday~run-1",
        "/ops/runs?after=2026-01-01T00:00:00~run-1",
        "/ops/sessions/x",
        "/ops/sessions/session-that-is-not",
    ],
)
def test_what_makes_no_sense_is_refused_by_name(site: Site, path: str) -> None:
    """A question about nothing, an unknown stage or a made-up cursor ends in a reason code and no failure of ours."""
    answer = site.in_browser(Role.OPERATOR).get(path)

    assert answer.status_code in {404, 422}
    code = re.search(r'class="code">([a-z_]+)<', answer.text)
    assert code is not None
    assert code[1] in {"request_invalid", "route_unknown", "session_unknown", "session_id_invalid"}


def test_a_session_is_found_by_its_id_and_only_by_it(site: Site, failed: SessionId) -> None:
    """The search leads from an id to the session's page, and says so where there is none."""
    browser = site.in_browser(Role.OPERATOR_READ_ONLY)

    found = browser.get(f"/ops/sessions?session_id={failed}")
    nothing = browser.get("/ops/sessions?session_id=session-that-is-not")

    assert (found.status_code, found.headers["location"]) == (303, f"/ops/sessions/{failed}")
    assert "session_unknown" in nothing.text


def test_a_story_comes_from_the_audit_log_and_is_held_against_the_ledger(site: Site) -> None:
    """The page of a session tells every stage out of the log and says that log and ledger agree."""
    bound = make_session()
    people = two_people()
    consents = permits(people, session_id=bound.session_id)
    accepted = accepted_session(site.wiring.ledger, bound, people=people, consents=consents)
    run_through(site.wiring.ledger)

    page = site.in_browser(Role.OPERATOR_READ_ONLY).get(f"/ops/sessions/{accepted.session_id}").text

    assert "each of its 3 runs ends where the ledger says it is" in page
    assert [
        line
        for line in ("consent recorded", "session accepted", "transcribe: started", "verify: succeeded")
        if line not in page
    ] == []
    assert "person-client" not in page


def test_who_does_not_ask_for_a_stream_is_sent_one_event(site: Site, failed: SessionId) -> None:
    """The live address sends every section once, and nothing of it names a session in full text."""
    answer = site.in_browser(Role.OPERATOR_READ_ONLY).get("/ops/live", Accept="text/html")

    name, data = answer.text.strip().split("\n")
    told = json.loads(data.removeprefix("data: "))
    assert name == "event: sections"
    assert {"night", "stages", "promises"} <= set(told["sections"])
    assert str(failed) not in told["sections"]["failures"]


def test_looking_is_audited_and_being_sent_updates_is_not(site: Site) -> None:
    """Each page that somebody opens is an access in the audit log; what the page fetches by itself is none."""
    browser = site.in_browser(Role.OPERATOR_READ_ONLY)

    browser.get("/ops")
    browser.get("/ops/live", Accept="text/html")

    routes = [entry["facts"].get("route") for entry in entries(site.wiring.ledger, Stream("access"))]
    assert routes.count("GET:/ops") == 1
    assert "GET:/ops/live" not in routes
