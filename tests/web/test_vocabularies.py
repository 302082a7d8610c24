"""Names that are given before the recording comes: kept encrypted, used with it, gone with the session."""

import base64
import hashlib
import io
import json
from datetime import timedelta

import pytest

from pipeline.adapters.database.rewrapping import rewrap
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.adapters.database.tables import data_keys, waiting_vocabularies
from pipeline.domain.account import Role
from pipeline.domain.artifact import ArtifactKind, Companion
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.documents.vocabulary import MOST_NAMES
from pipeline.domain.session import SessionId, Stage
from pipeline.inspection import inspect_store
from pipeline.intake import Submission
from pipeline.orphans import remove_orphans
from pipeline.stages.purge import purge
from tests.factories import keep_days, make_session, permits, taken, two_people
from tests.ledger_views import entries, events
from tests.web.asgi import AsgiClient
from tests.web.site import Site

SESSION = SessionId("session-0001")
PLACE = f"/v1/sessions/{SESSION}/vocabulary"
NAMES = ["Lamictal", "Elm House", "Zimba"]
RECORDING = b"what was said"
DAY = timedelta(days=1)


@pytest.fixture
def client(site: Site) -> AsgiClient:
    """Return an operator's client, with a session registered that everybody consented to."""
    site.wiring.ledger.record_consents(permits(two_people()), "test")
    return registered(site.as_role(Role.OPERATOR))


def registered(client: AsgiClient, session_id: str = SESSION, **more: str) -> AsgiClient:
    """Register a session of two people."""
    people = [{"person": each.person, "role": each.role} for each in two_people()]
    client.ask("POST", "/v1/sessions", json={"session_id": session_id, "participants": people, **more})
    return client


def uploaded(client: AsgiClient) -> None:
    """Upload the session's recording in one part."""
    order = {"session_id": SESSION, "size_bytes": len(RECORDING)}
    place = client.ask("POST", "/v1/uploads", json=order).headers["location"]
    digest = base64.b64encode(hashlib.sha256(RECORDING).digest()).decode()
    client.ask("PUT", f"{place}/parts/0", content=RECORDING, Content_Digest=f"sha-256=:{digest}:")
    assert client.ask("POST", f"{place}/complete").json()["state"] == "completed"


def submitted(site: Site, *names: str) -> None:
    """Hand the recording in as the command line and the inbound bucket do."""
    submission = Submission(make_session(SESSION), two_people(), keep_days(), names=names)
    site.whole.uploads.intake.accept(submission, io.BytesIO(RECORDING))


def heard_with(site: Site) -> bytes | None:
    """Return the names that whoever transcribes the session listens for."""
    recording = taken(site.wiring.ledger, Stage.TRANSCRIBE).inputs[ArtifactKind.RECORDING]
    return site.wiring.artifacts.read_beside(recording, Companion.VOCABULARY)


def listed(site: Site) -> list[str]:
    """Return every object in the store."""
    return [version.key for version in site.wiring.objects.versions("")]


def living_keys(site: Site) -> int:
    """Count the data keys that open something."""
    query = data_keys.select().where(data_keys.c.wrapped.is_not(None))
    return len(site.wiring.ledger.database.read(lambda tx: tx.rows(query)))


def waiting(site: Site) -> int:
    """Count the vocabularies that wait."""
    return len(site.wiring.ledger.database.read(lambda tx: tx.rows(waiting_vocabularies.select())))


@pytest.mark.parametrize("door", ["upload", "by hand"])
def test_names_given_ahead_are_listened_for(site: Site, client: AsgiClient, door: str) -> None:
    """Whichever way the recording comes, it has the names beside it under its own key, and their old key is gone."""
    answer = client.ask("PUT", PLACE, json={"names": NAMES})
    before = (waiting(site), living_keys(site))

    uploaded(client) if door == "upload" else submitted(site)

    assert (answer.status_code, answer.text, before) == (204, "", (1, 1))
    assert heard_with(site) == b"Lamictal\nElm House\nZimba\n"
    assert (waiting(site), living_keys(site)) == (0, 1)
    assert sum(key.endswith(".vocabulary.000000") for key in listed(site)) == 1


def test_names_that_come_with_the_recording_replace_them(site: Site, client: AsgiClient) -> None:
    """Whoever hands in the recording with names of its own has the last word."""
    client.ask("PUT", PLACE, json={"names": NAMES})

    submitted(site, "Seroquel")

    assert heard_with(site) == b"Seroquel\n"


def test_names_are_replaced_and_taken_back(site: Site, client: AsgiClient) -> None:
    """What is given later counts; an empty list leaves no name, no key, and an entry that says so."""
    client.ask("PUT", PLACE, json={"names": ["Seroquel"]})
    client.ask("PUT", PLACE, json={"names": NAMES})
    replaced = (waiting(site), living_keys(site), len(listed(site)))

    client.ask("PUT", PLACE, json={"names": []})

    assert replaced == (1, 1, 1)
    assert (waiting(site), living_keys(site), listed(site)) == (0, 0, [])
    given = ["vocabulary_received"] * 2
    assert events(site.wiring.ledger, "intake") == ["session_expected", *given, "vocabulary_ended"]
    uploaded(client)
    assert heard_with(site) is None


def test_no_name_is_legible_anywhere(site: Site, client: AsgiClient) -> None:
    """Neither the database, nor the store, nor any answer about the session holds a name."""
    client.ask("PUT", PLACE, json={"names": NAMES})
    uploaded(client)

    files = [path for path in site.wiring.settings.folder.rglob("*") if path.is_file()]
    shown = client.ask("GET", f"/v1/sessions/{SESSION}").text + client.ask("GET", "/v1/sessions").text
    shown += site.in_browser(Role.OPERATOR).ask("GET", f"/ops/sessions/{SESSION}").text

    assert len(files) > 2
    assert [path.name for path in files if any(name.encode() in path.read_bytes() for name in NAMES)] == []
    assert not any(name in shown for name in NAMES)


@pytest.mark.parametrize(
    ("names", "reason", "where"),
    [
        (["Lamictal", "x" * 61], "vocabulary_invalid", "names.1"),
        ([f"name {n}" for n in range(MOST_NAMES + 1)], "vocabulary_invalid", f"names.{MOST_NAMES}"),
        (["Lam\nictal"], "vocabulary_invalid", "names.0"),
        (["Lam\x1b[2Jictal"], "vocabulary_invalid", "names.0"),
        (["# Lamictal"], "vocabulary_invalid", "names.0"),
        (["  "], "vocabulary_invalid", "names.0"),
        ("Lamictal", "request_invalid", None),
        ([7], "request_invalid", None),
    ],
)
def test_what_is_no_vocabulary_is_refused(
    site: Site, client: AsgiClient, names: object, reason: str, where: str | None
) -> None:
    """The answer names the place and not what stands there; nothing is kept."""
    answer = client.ask("PUT", PLACE, json={"names": names})

    body = answer.json()
    assert (answer.status_code, body["reason_code"], body.get("facts", {}).get("where")) == (422, reason, where)
    assert "ictal" not in answer.text
    assert (waiting(site), listed(site)) == (0, [])


def test_names_that_nobody_may_keep_are_refused(site: Site, client: AsgiClient) -> None:
    """Without consent, for a session that has its recording or is to have a transcript, none is kept."""
    registered(client, "session-imported", kind="imported")
    imported = client.ask("PUT", "/v1/sessions/session-imported/vocabulary", json={"names": NAMES})
    unknown = client.ask("PUT", "/v1/sessions/session-unknown/vocabulary", json={"names": NAMES})
    uploaded(client)
    late = client.ask("PUT", PLACE, json={"names": NAMES})
    registered(client, "session-later")
    site.wiring.ledger.withdraw(PersonRef("person-client"), [Purpose.RECORD], None, "test")
    unwanted = client.ask("PUT", "/v1/sessions/session-later/vocabulary", json={"names": NAMES})

    assert [(each.status_code, each.json()["reason_code"]) for each in (imported, unknown, late, unwanted)] == [
        (409, "session_conflict"),
        (404, "session_unknown"),
        (409, "session_conflict"),
        (409, "consent_withdrawn"),
    ]
    assert waiting(site) == 0


@pytest.mark.parametrize("why", ["recording_not_come", "consent_withdrawn"])
def test_names_do_not_wait_for_ever(site: Site, client: AsgiClient, why: str) -> None:
    """Where the recording never comes, or may not come any more, housekeeping removes them and says why."""
    client.ask("PUT", PLACE, json={"names": NAMES})
    site.time.advance(29 * DAY)
    site.whole.keep_house()
    still = waiting(site)
    if why == "consent_withdrawn":
        site.wiring.ledger.withdraw(PersonRef("person-client"), [Purpose.STORE_AUDIO], None, "test")
    else:
        site.time.advance(2 * DAY)

    site.whole.keep_house()

    ended = [each["facts"]["reason_code"] for each in entries(site.wiring.ledger, "intake") if "ended" in each["event"]]
    assert (still, ended) == (1, [why])
    assert (waiting(site), living_keys(site), listed(site)) == (0, 0, [])


def test_a_hold_keeps_names(site: Site, client: AsgiClient) -> None:
    """Under a legal hold they are neither removed, nor replaced, nor swept."""
    client.ask("PUT", PLACE, json={"names": NAMES})
    site.wiring.ledger.place_hold(SESSION, "court_order", "test")

    answers = [client.ask("PUT", PLACE, json={"names": names}) for names in ([], ["Seroquel"])]
    site.time.advance(60 * DAY)
    site.whole.keep_house()

    assert [answer.json()["reason_code"] for answer in answers] == ["legal_hold"] * 2
    assert (waiting(site), living_keys(site), len(listed(site))) == (1, 1, 1)


def test_their_deletion_is_proved(site: Site, client: AsgiClient) -> None:
    """An erasure before the recording comes destroys key and names, and its certificate counts them."""
    client.ask("PUT", PLACE, json={"names": NAMES})
    ledger = site.wiring.ledger
    ledger.make_due(SESSION, tuple(ArtifactKind), "erasure_request", "test")
    lease = taken(ledger, Stage.PURGE)

    purged = purge(
        lease, ledger=ledger, artifacts=site.wiring.artifacts, signer=site.wiring.signer, clock=site.wiring.clock
    )
    ledger.complete_purge(lease, purged.deletions, purged.certificate)

    row = next(each for each in json.loads(purged.certificate.body)["deleted"] if each["kind"] == "recording")
    assert (row["keys_destroyed"], row["versions_deleted"], row["versions_found_after"]) == (1, 1, 0)
    assert (waiting(site), living_keys(site), listed(site)) == (0, 0, [])


def test_they_outlast_sweeps_and_a_rotation(site: Site, client: AsgiClient) -> None:
    """While they wait no sweep takes them for orphans, no inspection counts them, and a new wrapping key opens them."""
    client.ask("PUT", PLACE, json={"names": NAMES})
    later, watch = site.wiring.clock.now() + 20 * DAY, SqlWatch(site.wiring.ledger.database)

    removed = remove_orphans(site.wiring.objects, site.wiring.ledger.object_keys, later, DAY)
    inspect_store(watch, site.wiring.objects, later)
    site.wiring.keys.rotate()
    moved = rewrap(site.wiring.ledger.database, site.wiring.keys, "test")
    uploaded(client)

    assert (removed, moved) == (0, 1)
    assert {each.kind: each.found for each in watch.promises().invariants}["orphan_object"] == 0
    assert heard_with(site) == b"Lamictal\nElm House\nZimba\n"
