"""Batches over HTTP: programs put sessions together and hear of everything that is wrong at once."""

from pipeline.domain.account import Permission, Role
from tests.factories import accepted_session, two_people
from tests.web.site import Site

PEOPLE = [{"person": each.person, "role": each.role.value} for each in two_people()]


def evening(*rows: object, **more: object) -> dict[str, object]:
    """Return an order."""
    return {"label": "evening", "rows": list(rows), **more}


def accepted(site: Site) -> str:
    """Return a session whose recording came."""
    return accepted_session(site.wiring.ledger).session_id


def test_a_program_puts_sessions_together_and_follows_them(site: Site) -> None:
    """The answer names the batch, where to ask for it, and how far it is."""
    client = site.as_role(Role.OPERATOR)
    rows = [{"session_id": accepted(site)}, {"session_id": accepted(site), "priority": 5}]

    answer = client.ask("POST", "/v1/batches", json=evening(*rows, deadline="2030-01-01T06:00:00-05:00"))
    found = client.get(answer.headers["location"]).json()

    assert answer.status_code == 201, answer.text
    assert (found["batch_id"], found["label"], found["sessions"]) == (answer.json()["batch_id"], "evening", 2)
    assert found["deadline"] == "2030-01-01T11:00:00Z"


def test_an_upload_under_way_may_be_named(site: Site) -> None:
    """A row names a ticket whose parts are still to come; the session is of the batch."""
    client = site.as_role(Role.OPERATOR)
    decided = {"purposes": ["record", "store_audio"], "valid_from": "2026-01-01T00:00:00Z"}
    form = {"participants": PEOPLE, "consents": [{"person": each["person"], **decided} for each in PEOPLE]}
    session_id = client.ask("POST", "/v1/sessions", json=form).json()["session_id"]
    upload = client.ask("POST", "/v1/uploads", json={"session_id": session_id, "size_bytes": 5}).json()

    answer = client.ask("POST", "/v1/batches", json=evening({"upload_id": upload["upload_id"]}))

    assert (answer.status_code, answer.json()["sessions"]) == (201, 1)
    assert site.wiring.ledger.expected(session_id).session.batch_id == answer.json()["batch_id"]


def test_every_row_that_is_wrong_is_named_at_once(site: Site) -> None:
    """Wrong forms and sessions that cannot be taken come in one problem document, by row, and nothing is taken."""
    client = site.as_role(Role.OPERATOR)
    good = accepted(site)
    rows = [
        {"session_id": good},
        {"session_id": "a name with spaces"},
        {"session_id": "session-never"},
        {},
        {"session_id": good, "priority": 0, "Jane Doe": 1},
        "a row",
    ]

    answer = client.ask("POST", "/v1/batches", json=evening(*rows))

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["reason_code"] == "batch_invalid"
    assert answer.json()["errors"] == [
        {"row": "2", "where": "session_id", "problem": "string_pattern_mismatch"},
        {"row": "3", "where": "session_id", "problem": "session_unknown"},
        {"row": "4", "where": "", "problem": "value_error"},
        {"row": "5", "where": "priority", "problem": "greater_than_equal"},
        {"row": "5", "where": "", "problem": "extra_forbidden"},
        {"row": "6", "where": "", "problem": "model_type"},
    ]
    assert "Jane" not in answer.text
    assert client.get("/v1/batches").json()["batches"] == []


def test_the_same_order_again_is_the_same_batch(site: Site) -> None:
    """With the key the answer comes again as it was; without it the batch that is there is told."""
    client = site.as_role(Role.OPERATOR)
    order = evening({"session_id": accepted(site)})

    first = client.ask("POST", "/v1/batches", json=order, Idempotency_Key="evening-1")
    replayed = client.ask("POST", "/v1/batches", json=order, Idempotency_Key="evening-1")
    without = client.ask("POST", "/v1/batches", json=order)

    assert [each.status_code for each in (first, replayed, without)] == [201, 201, 200]
    assert replayed.headers["idempotency-replayed"] == "true"
    assert len({each.json()["batch_id"] for each in (first, replayed, without)}) == 1


def test_a_refusal_is_given_again_alike(site: Site) -> None:
    """Sent again under its key, a refused order gets the same list of what is wrong."""
    client = site.as_role(Role.OPERATOR)
    order = evening({"session_id": "session-never"})

    answers = [client.ask("POST", "/v1/batches", json=order, Idempotency_Key="evening-1") for _ in range(2)]

    assert [each.status_code for each in answers] == [422, 422]
    assert answers[0].json()["errors"] == answers[1].json()["errors"] != []


def test_a_clinician_makes_no_batch(site: Site) -> None:
    """Handing one session in is not yet handing in a night: that takes a permission of its own."""
    order = evening({"session_id": accepted(site)})

    refused = site.as_role(Role.CLINICIAN).ask("POST", "/v1/batches", json=order)
    narrow = site.as_role(Role.OPERATOR, Permission.SESSIONS_SUBMIT).ask("POST", "/v1/batches", json=order)

    assert (refused.status_code, narrow.status_code) == (403, 403)


def test_too_many_rows_are_refused_whole(site: Site) -> None:
    """An order has a longest length, and one beyond it is told so before any row is looked at."""
    order = evening(*({"session_id": f"session-{n:05}"} for n in range(5001)))

    answer = site.as_role(Role.OPERATOR).ask("POST", "/v1/batches", json=order)

    assert (answer.status_code, answer.json()["reason_code"]) == (422, "request_invalid")
    assert answer.json()["errors"] == [{"where": "body.rows", "problem": "too_long"}]
