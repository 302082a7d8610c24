"""A recording that lies in the parts in which it was uploaded is kept, moved, watched and deleted like any other."""

import base64
import hashlib
import io
from datetime import datetime, timedelta

import pytest

from pipeline.adapters.database.rewrapping import rewrap, wrapping_keys
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.adapters.database.tables import upload_parts, uploads
from pipeline.domain.account import Role
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.session import SessionId, Stage
from pipeline.errors import SessionConflictError, UploadClosedError
from pipeline.inspection import inspect_store
from pipeline.intake import Submission
from pipeline.orphans import remove_orphans
from pipeline.ports.promises import InvariantKind
from pipeline.ports.uploads import UploadId
from pipeline.stages.purge import purge
from tests.factories import keep_days, make_session, permits, taken, two_people
from tests.web.asgi import AsgiClient
from tests.web.site import Site

SESSION = SessionId("session-0001")
PARTS = (b"first part of it", b"second", b"and the third")
DAY = timedelta(days=1)


@pytest.fixture
def client(site: Site) -> AsgiClient:
    """Return an operator's client, with a session registered that everybody consented to."""
    site.wiring.ledger.record_consents(permits(two_people()), "test")
    operator = site.as_role(Role.OPERATOR)
    people = [{"person": each.person, "role": each.role} for each in two_people()]
    operator.ask("POST", "/v1/sessions", json={"session_id": SESSION, "participants": people})
    return operator


def sent(client: AsgiClient) -> str:
    """Send every part of an upload; return its address."""
    size = len(b"".join(PARTS))
    place = client.ask("POST", "/v1/uploads", json={"session_id": SESSION, "size_bytes": size}).headers["location"]
    offset = 0
    for part in PARTS:
        digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
        answer = client.ask("PUT", f"{place}/parts/{offset}", content=part, Content_Digest=f"sha-256=:{digest}:")
        assert answer.status_code == 200, answer.text
        offset += len(part)
    return place


def completed(client: AsgiClient) -> str:
    """Upload the recording; return the upload's address."""
    place = sent(client)
    assert client.ask("POST", f"{place}/complete").json()["state"] == "completed"
    return place


def kept(site: Site) -> bytes:
    """Return the recording as the session has it now, decrypted."""
    row = site.wiring.ledger.session(SESSION)
    stored = next(artifact for artifact in row.artifacts if artifact.kind is ArtifactKind.RECORDING)
    with site.wiring.artifacts.read(stored) as body:
        return body.read()


def listed(site: Site) -> list[str]:
    """Return every object in the store."""
    return [version.key for version in site.wiring.objects.versions("")]


def inspected(site: Site, before: datetime) -> dict[InvariantKind, int | None]:
    """Inspect the store and return what was found."""
    watch = SqlWatch(site.wiring.ledger.database)
    inspect_store(watch, site.wiring.objects, before)
    return {invariant.kind: invariant.found for invariant in watch.promises().invariants}


def wrapped_for_uploads(site: Site) -> list[bytes | None]:
    """Return the key that each upload's row holds."""
    return [row["wrapped"] for row in site.wiring.ledger.database.read(lambda tx: tx.rows(uploads.select()))]


def test_no_sweep_takes_its_parts(site: Site, client: AsgiClient) -> None:
    """Housekeeping and the sweep for orphans leave it whole, weeks later too, and the inspection finds no fault."""
    completed(client)

    site.whole.keep_house()
    later = site.wiring.clock.now() + 30 * DAY
    removed = remove_orphans(site.wiring.objects, site.wiring.ledger.object_keys, later, DAY)
    found = inspected(site, later)

    assert (removed, kept(site)) == (0, b"".join(PARTS))
    assert (found[InvariantKind.MISSING_OBJECT], found[InvariantKind.ORPHAN_OBJECT]) == (0, 0)


def test_a_part_that_is_gone_is_found_by_the_inspection(site: Site, client: AsgiClient) -> None:
    """The inspection misses a part as it would miss a whole recording."""
    completed(client)
    site.wiring.objects.destroy(next(key for key in listed(site) if "/2-" in key))

    found = inspected(site, site.wiring.clock.now())

    assert found[InvariantKind.MISSING_OBJECT] == 1


def test_its_key_is_the_sessions_and_nobody_elses(site: Site, client: AsgiClient) -> None:
    """Once it is accepted the upload's row holds no key, and a rotation moves the one that counts."""
    completed(client)

    site.wiring.keys.rotate()  # type: ignore[attr-defined]  # the tests' deployment has a key file
    moved = rewrap(site.wiring.ledger.database, site.wiring.keys, "test")

    assert wrapped_for_uploads(site) == [None]
    assert moved == 1
    assert wrapping_keys(site.wiring.ledger.database) == ((site.wiring.keys.wrapping_key_id, 1),)
    assert kept(site) == b"".join(PARTS)


def test_its_deletion_is_proved(site: Site, client: AsgiClient) -> None:
    """A withdrawal deletes key, list and every part; the certificate counts them, and no row of them is left."""
    completed(client)
    ledger = site.wiring.ledger
    ledger.withdraw(PersonRef("person-client"), tuple(Purpose), None, "test")
    lease = taken(ledger, Stage.PURGE)

    purged = purge(
        lease, ledger=ledger, artifacts=site.wiring.artifacts, signer=site.wiring.signer, clock=site.wiring.clock
    )
    ledger.complete_purge(lease, purged.deletions, purged.certificate)

    found = {each.kind: each for each in purged.deletions}[ArtifactKind.RECORDING]
    assert (found.keys_destroyed, found.versions_deleted, found.versions_found_after) == (1, len(PARTS) + 1, 0)
    assert listed(site) == []
    assert ledger.database.read(lambda tx: tx.rows(upload_parts.select())) == []
    assert wrapped_for_uploads(site) == [None]


def test_a_recording_that_came_another_way_counts(site: Site, client: AsgiClient) -> None:
    """The same recording by upload and by hand is one; what the upload left is deleted with its key."""
    place = sent(client)
    submission = Submission(make_session(SESSION), two_people(), keep_days())
    site.whole.uploads.intake.accept(submission, io.BytesIO(b"".join(PARTS)))

    answer = client.ask("POST", f"{place}/complete")

    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    assert (len(listed(site)), wrapped_for_uploads(site)) == (1, [None])
    assert kept(site) == b"".join(PARTS)


def test_another_recording_is_a_conflict(site: Site, client: AsgiClient) -> None:
    """Where the session has another recording the upload is refused by name, and its list is not left behind."""
    place = sent(client)
    site.whole.uploads.intake.accept(Submission(make_session(SESSION), two_people(), keep_days()), io.BytesIO(b"other"))

    answer = client.ask("POST", f"{place}/complete")

    assert (answer.status_code, answer.json()["reason_code"]) == (409, SessionConflictError.reason_code)
    assert [key for key in listed(site) if key.endswith(".parts")] == []
    assert kept(site) == b"other"


def test_who_comes_second_to_complete_changes_nothing(site: Site, client: AsgiClient) -> None:
    """A process that was taken for dead and completes after another one did is turned away by name."""
    upload_id = UploadId(sent(client).rpartition("/")[2])
    ledger = site.whole.uploads.ledger
    slow = ledger.begin_completion(upload_id)
    assert slow is not None
    site.time.advance(timedelta(minutes=31))
    site.whole.uploads.complete(upload_id, "test")
    expected = site.wiring.ledger.expected(SESSION)
    again = site.whole.uploads.artifacts.join(slow.parts, slow.number)

    with pytest.raises(UploadClosedError):
        ledger.accept_upload(upload_id, expected, again, "test")

    assert kept(site) == b"".join(PARTS)


def test_a_completion_nobody_finished_is_swept(site: Site, client: AsgiClient) -> None:
    """Where the process died while it completed and nobody tried again, parts and key are gone after a day."""
    upload_id = UploadId(sent(client).rpartition("/")[2])
    site.whole.uploads.ledger.begin_completion(upload_id)
    site.time.advance(timedelta(hours=25))

    site.whole.keep_house()

    assert (listed(site), wrapped_for_uploads(site)) == ([], [None])
