"""Sessions over HTTP: registered, listed, followed."""

from pipeline.domain.account import Permission, Role
from pipeline.domain.session import SessionId, Stage, WorkerId
from tests.factories import accepted_session, make_session, permits, two_people
from tests.ledger_views import entries
from tests.web.asgi import AsgiClient
from tests.web.site import Site
from web.limits import RateLimiter

PEOPLE = [{"person": each.person, "role": each.role.value} for each in two_people()]


def registered(client: AsgiClient, count: int) -> list[str]:
    """Register so many sessions and return their ids, in the order in which they came."""
    ids = [f"session-{n:04}" for n in range(count)]
    for each in ids:
        answer = client.ask("POST", "/v1/sessions", json={"session_id": each, "participants": PEOPLE})
        assert answer.status_code == 201, answer.text
    return ids


def test_a_session_is_registered_with_what_was_decided(site: Site) -> None:
    """A program registers a session, its participants and their consent in one request."""
    client = site.as_role(Role.OPERATOR)
    consent = {"purposes": ["record", "store_audio"], "valid_from": "2026-01-01T00:00:00Z"}
    body = {"participants": PEOPLE, "consents": [{"person": each["person"], **consent} for each in PEOPLE]}

    answer = client.ask("POST", "/v1/sessions", json=body)

    session_id = SessionId(answer.json()["session_id"])
    people, decisions = site.wiring.ledger.consents(session_id)
    assert answer.headers["location"] == f"/v1/sessions/{session_id}"
    assert (len(people), len(decisions)) == (2, 4)


def test_a_list_is_walked_to_its_end(site: Site) -> None:
    """Page after page every session comes once, the newest first, also while others come in."""
    client = site.as_role(Role.OPERATOR)
    ids = registered(client, 7)

    first = client.ask("GET", "/v1/sessions?limit=3").json()
    client.ask("POST", "/v1/sessions", json={"session_id": "session-late", "participants": PEOPLE})
    second = client.ask("GET", f"/v1/sessions?limit=3&cursor={first['next_cursor']}").json()
    third = client.ask("GET", f"/v1/sessions?limit=3&cursor={second['next_cursor']}").json()

    pages = [[each["session_id"] for each in page["sessions"]] for page in (first, second, third)]
    assert [each for page in pages for each in page] == ids[::-1]
    assert third["next_cursor"] is None


def test_a_list_is_filtered(site: Site) -> None:
    """Kind, stage and status narrow the list down."""
    client = site.as_role(Role.OPERATOR)
    registered(client, 2)
    running = accepted_session(site.wiring.ledger, make_session()).session_id
    site.wiring.ledger.claim(Stage.TRANSCRIBE, WorkerId("worker-1"))

    found = client.ask("GET", "/v1/sessions?stage=transcribe&status=running").json()["sessions"]
    none = client.ask("GET", "/v1/sessions?kind=dictated").json()["sessions"]

    assert [each["session_id"] for each in found] == [running]
    assert none == []


def test_what_is_known_already_is_not_sent_again(site: Site) -> None:
    """With the ETag of what it has a program gets 304 until something happens."""
    client = site.as_role(Role.OPERATOR)
    session_id = accepted_session(site.wiring.ledger, make_session()).session_id
    path = f"/v1/sessions/{session_id}"

    etag = client.ask("GET", path).headers["etag"]
    unchanged = client.ask("GET", path, If_None_Match=etag)
    site.wiring.ledger.claim(Stage.TRANSCRIBE, WorkerId("worker-1"))
    changed = client.ask("GET", path, If_None_Match=etag)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (changed.status_code, changed.json()["runs"][0]["status"]) == (200, "running")


def test_the_same_request_again_is_answered_alike(site: Site) -> None:
    """With an idempotency key nothing is done twice, and another body under the same key is refused."""
    client = site.as_role(Role.OPERATOR)
    body = {"participants": PEOPLE}

    first = client.ask("POST", "/v1/sessions", json=body, Idempotency_Key="key-00000001")
    again = client.ask("POST", "/v1/sessions", json=body, Idempotency_Key="key-00000001")
    other = client.ask("POST", "/v1/sessions", json={**body, "priority": 5}, Idempotency_Key="key-00000001")

    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["reason_code"]) == (422, "idempotency_key_reused")
    assert len(client.ask("GET", "/v1/sessions").json()["sessions"]) == 1


def test_a_refusal_is_answered_alike_too(site: Site) -> None:
    """A request that was refused is refused again under its key, whatever has changed since."""
    client = site.as_role(Role.OPERATOR)
    order = {"session_id": registered(client, 1)[0], "size_bytes": 4}

    refused = client.ask("POST", "/v1/uploads", json=order, Idempotency_Key="key-00000001")
    site.wiring.ledger.record_consents(permits(two_people()), "test")
    again = client.ask("POST", "/v1/uploads", json=order, Idempotency_Key="key-00000001")

    assert (refused.status_code, again.status_code) == (409, 409)
    assert again.json() == refused.json()
    assert again.headers["content-type"] == "application/problem+json"


def test_a_key_is_its_senders_own(site: Site) -> None:
    """Two programs may choose the same key; neither gets the other's answer."""
    body = {"participants": PEOPLE}

    first = site.as_role(Role.OPERATOR).ask("POST", "/v1/sessions", json=body, Idempotency_Key="key-00000001")
    other = site.as_role(Role.CLINICIAN).ask("POST", "/v1/sessions", json=body, Idempotency_Key="key-00000001")

    assert first.json()["session_id"] != other.json()["session_id"]


def test_what_is_wrong_is_named_and_not_repeated(site: Site) -> None:
    """A wrong field is named by its place; what was in it is not in the answer."""
    client = site.as_role(Role.OPERATOR)
    body = {"session_id": "canary phrase", "participants": [{"person": "canary phrase", "role": "canary"}]}

    answer = client.ask("POST", "/v1/sessions", json=body)

    assert (answer.status_code, answer.json()["reason_code"]) == (422, "request_invalid")
    assert {each["where"] for each in answer.json()["errors"]} >= {"body.session_id", "body.participants.0.role"}
    assert "canary" not in answer.text


def test_a_tokens_scopes_cut_its_role_down(site: Site) -> None:
    """A token for reading does not submit, though its account may."""
    reader = site.as_role(Role.OPERATOR, Permission.SESSIONS_READ)

    assert reader.ask("GET", "/v1/sessions").status_code == 200
    assert reader.ask("POST", "/v1/sessions", json={"participants": PEOPLE}).status_code == 403


def test_looking_at_a_session_is_audited_with_its_purpose(site: Site) -> None:
    """The log says who looked at which session, by which route, and what for."""
    session_id = accepted_session(site.wiring.ledger, make_session()).session_id
    auditor = site.as_role(Role.AUDITOR)

    auditor.ask("GET", f"/v1/sessions/{session_id}", Access_Purpose="security_incident")
    refused = auditor.ask("GET", f"/v1/sessions/{session_id}", Access_Purpose="curiosity")

    facts = entries(site.wiring.ledger, "access")[-1]["facts"]
    assert (facts["session_id"], facts["purpose"]) == (session_id, "security_incident")
    assert facts["route"] == "GET:/v1/sessions/:session_id"
    assert (refused.status_code, refused.json()["reason_code"]) == (422, "purpose_invalid")


def test_the_log_of_a_session_is_read_over_http(site: Site) -> None:
    """An auditor reads every entry that speaks of a session, and of no other."""
    session_id = accepted_session(site.wiring.ledger, make_session()).session_id
    accepted_session(site.wiring.ledger, make_session())
    site.wiring.ledger.place_hold(session_id, "litigation", "officer")
    auditor = site.as_role(Role.AUDITOR)

    first = auditor.ask("GET", f"/v1/sessions/{session_id}/audit?limit=2").json()
    rest = auditor.ask("GET", f"/v1/sessions/{session_id}/audit?limit=5&cursor={first['next_cursor']}").json()

    found = [each["event"] for each in first["entries"] + rest["entries"]]
    assert {"session_accepted", "hold_placed", "stage_opened"} <= set(found)
    assert {each["facts"]["session_id"] for each in first["entries"] + rest["entries"]} == {session_id}


def test_too_many_requests_are_told_to_wait(site: Site) -> None:
    """Every answer says what is left, and with nothing left it says when to go on."""
    client = site.as_role(Role.OPERATOR)
    limiter = site.whole.doorkeeper.limiter
    assert isinstance(limiter, RateLimiter)
    limiter.per_minute = 3

    answers = [client.ask("GET", "/v1/queues") for _ in range(5)]

    assert [answer.status_code for answer in answers].count(429) >= 1
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["reason_code"] == "rate_limited"
