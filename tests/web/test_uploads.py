"""Recordings uploaded in parts: cut off and resumed, damaged, too large, without consent."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.domain.account import Role
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.session import SessionId
from tests.factories import permits, two_people
from tests.ledger_views import events
from tests.web.asgi import AsgiClient
from tests.web.site import Site

SESSION = SessionId("session-0001")
RECORDING = bytes(range(256)) * 4000


@pytest.fixture
def client(site: Site) -> AsgiClient:
    """Return an operator's client, with a session registered that everybody consented to."""
    site.wiring.ledger.record_consents(permits(two_people()), "test")
    operator = site.as_role(Role.OPERATOR)
    people = [{"person": each.person, "role": each.role} for each in two_people()]
    operator.ask("POST", "/v1/sessions", json={"session_id": SESSION, "participants": people})
    return operator


def opened(client: AsgiClient, size: int = len(RECORDING), **more: str) -> str:
    """Open an upload and return its address."""
    answer = client.ask("POST", "/v1/uploads", json={"session_id": SESSION, "size_bytes": size, **more})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def put(client: AsgiClient, upload: str, offset: int, part: bytes, digest_of: bytes | None = None) -> httpx.Response:
    """Send a part with its checksum."""
    digest = base64.b64encode(hashlib.sha256(part if digest_of is None else digest_of).digest()).decode()
    return client.ask("PUT", f"{upload}/parts/{offset}", content=part, Content_Digest=f"sha-256=:{digest}:")


def kept(site: Site) -> bytes:
    """Return the recording as the session has it now, decrypted."""
    row = site.wiring.ledger.session(SESSION)
    stored = next(artifact for artifact in row.artifacts if artifact.kind is ArtifactKind.RECORDING)
    with site.wiring.artifacts.read(stored) as body:
        return body.read()


def objects(site: Site) -> list[str]:
    """Return every object in the store."""
    return sorted(version.key for version in site.wiring.objects.versions(""))


def test_an_upload_that_was_cut_is_resumed(site: Site, client: AsgiClient) -> None:
    """At 60 % the sender goes away; asked for the offset, it goes on, and the recording is whole."""
    upload = opened(client, sha256=hashlib.sha256(RECORDING).hexdigest())
    cut = len(RECORDING) * 6 // 10
    put(client, upload, 0, RECORDING[:cut])

    offset = int(client.ask("HEAD", upload).headers["upload-offset"])
    last = put(client, upload, offset, RECORDING[offset:])
    done = client.ask("POST", f"{upload}/complete")

    assert offset == cut
    assert last.json()["received_bytes"] == len(RECORDING)
    assert done.json()["state"] == "completed"
    assert kept(site) == RECORDING
    assert len(objects(site)) == 3
    assert [stage for stage, _ in site.doorbell.rings] == ["transcribe"]
    assert events(site.wiring.ledger, "intake") == [
        "session_expected",
        "upload_opened",
        "session_accepted",
        "upload_completed",
    ]


def test_completing_again_changes_nothing(site: Site, client: AsgiClient) -> None:
    """Whoever did not hear the answer completes again and gets it."""
    upload = opened(client, 4)
    put(client, upload, 0, b"abcd")
    client.ask("POST", f"{upload}/complete")

    again = client.ask("POST", f"{upload}/complete")

    assert (again.status_code, again.json()["state"]) == (200, "completed")
    assert len(site.doorbell.rings) == 1


def test_a_damaged_part_is_not_kept(site: Site, client: AsgiClient) -> None:
    """A part that is not what its checksum says leaves the upload where it was, and nothing in the store."""
    upload = opened(client)

    answer = put(client, upload, 0, RECORDING[:1000], digest_of=RECORDING[:999])

    assert (answer.status_code, answer.json()["reason_code"]) == (422, "upload_checksum_wrong")
    assert client.ask("GET", upload).json()["received_bytes"] == 0
    assert objects(site) == []


def test_a_whole_that_is_not_what_was_told_is_not_accepted(site: Site, client: AsgiClient) -> None:
    """Every part was right, but the recording is another one: the session gets none, and nothing is left."""
    upload = opened(client, 4, sha256=hashlib.sha256(b"other").hexdigest())
    put(client, upload, 0, b"abcd")

    answer = client.ask("POST", f"{upload}/complete")

    assert (answer.status_code, answer.json()["reason_code"]) == (422, "upload_checksum_wrong")
    assert client.ask("GET", upload).json()["state"] == "abandoned"
    assert site.wiring.ledger.session(SESSION).artifacts == ()
    assert objects(site) == []


@pytest.mark.parametrize("size", [3, 1])
def test_more_than_the_ticket_is_refused(site: Site, client: AsgiClient, size: int) -> None:
    """Bytes beyond what the upload was opened for are refused and nothing of the part is kept."""
    upload = opened(client, size)

    answer = put(client, upload, 0, b"abcd")

    assert (answer.status_code, answer.json()["reason_code"]) == (413, "upload_too_large")
    assert objects(site) == []


def test_an_upload_larger_than_any_recording_is_not_opened(client: AsgiClient) -> None:
    """The limit for recordings holds before the first byte."""
    order = {"session_id": SESSION, "size_bytes": 2_000_000_001}

    answer = client.ask("POST", "/v1/uploads", json=order)

    assert (answer.status_code, answer.json()["reason_code"]) == (413, "recording_too_large")


def test_a_part_goes_where_the_last_one_ended(client: AsgiClient) -> None:
    """A part sent twice or ahead of its turn is refused with the offset to go on from."""
    upload = opened(client, 8)
    put(client, upload, 0, b"abcd")

    again, ahead = put(client, upload, 0, b"abcd"), put(client, upload, 6, b"gh")

    assert [(a.status_code, a.json()["reason_code"]) for a in (again, ahead)] == [(409, "upload_offset_wrong")] * 2
    assert again.json()["facts"]["offset"] == 4


def test_an_upload_is_not_completed_early(client: AsgiClient) -> None:
    """With parts missing the answer says where to go on."""
    upload = opened(client, 8)
    put(client, upload, 0, b"abcd")

    answer = client.ask("POST", f"{upload}/complete")

    assert (answer.status_code, answer.json()["facts"]["offset"]) == (409, 4)


@pytest.mark.parametrize("step", ["part", "complete"])
def test_withdrawn_consent_ends_an_upload(site: Site, client: AsgiClient, step: str) -> None:
    """After a withdrawal no part is taken and nothing is completed, and what had come is deleted."""
    upload = opened(client, 8 if step == "part" else 4)
    put(client, upload, 0, b"abcd")
    site.wiring.ledger.withdraw(PersonRef("person-client"), tuple(Purpose), None, "test")

    refused = put(client, upload, 4, b"efgh") if step == "part" else client.ask("POST", f"{upload}/complete")

    assert (refused.status_code, refused.json()["reason_code"]) == (409, "consent_withdrawn")
    assert client.ask("GET", upload).json()["state"] == "abandoned"
    site.whole.keep_house()
    assert objects(site) == []


def test_a_ticket_is_void_once_consent_is_decided_anew(site: Site, client: AsgiClient) -> None:
    """What came under a consent that was taken back does not count under the one given later."""
    upload = opened(client, 8)
    put(client, upload, 0, b"abcd")
    site.wiring.ledger.withdraw(PersonRef("person-client"), tuple(Purpose), None, "test")
    site.wiring.ledger.record_consents(permits(two_people()), "test")

    answer = put(client, upload, 4, b"efgh")

    assert (answer.status_code, answer.json()["reason_code"]) == (409, "ticket_void")


def test_no_ticket_without_consent(site: Site, client: AsgiClient) -> None:
    """An upload is not opened while anybody recorded has not agreed to be."""
    site.wiring.ledger.withdraw(PersonRef("person-client"), (Purpose.RECORD,), None, "test")

    answer = client.ask("POST", "/v1/uploads", json={"session_id": SESSION, "size_bytes": 4})

    assert (answer.status_code, answer.json()["reason_code"]) == (409, "consent_withdrawn")


def test_an_abandoned_upload_is_swept(site: Site, client: AsgiClient) -> None:
    """What nobody goes on with is deleted after a day, its key and its row of parts included."""
    upload = opened(client, 8)
    put(client, upload, 0, b"abcd")
    site.time.advance(timedelta(hours=25))

    late = put(client, upload, 4, b"efgh")
    site.whole.keep_house()

    assert late.json()["reason_code"] == "upload_closed"
    assert objects(site) == []
    assert client.ask("GET", upload).json()["reason_code"] == "upload_expired"


def test_an_upload_can_be_given_up(site: Site, client: AsgiClient) -> None:
    """Its sender deletes it, and its bytes are gone at once."""
    upload = opened(client, 8)
    put(client, upload, 0, b"abcd")

    assert client.ask("DELETE", upload).status_code == 204
    assert objects(site) == []


def test_nothing_readable_is_on_the_disk(site: Site, client: AsgiClient, tmp_path: Path) -> None:
    """While an upload is half-way and after it is complete, no file holds a piece of the recording."""
    marker = b"the quick brown fox said in confidence"
    upload = opened(client, len(marker) * 100)
    put(client, upload, 0, marker * 60)
    half = holding(tmp_path, marker)
    put(client, upload, len(marker) * 60, marker * 40)
    client.ask("POST", f"{upload}/complete")

    assert (half, holding(tmp_path, marker)) == ([], [])
    assert kept(site) == marker * 100


def holding(folder: Path, marker: bytes) -> list[Path]:
    """Return the files that hold the marker."""
    return [path for path in folder.rglob("*") if path.is_file() and marker in path.read_bytes()]


def test_a_session_has_one_recording(client: AsgiClient) -> None:
    """Once it has come, no other upload is opened for the session."""
    upload = opened(client, 4)
    put(client, upload, 0, b"abcd")
    client.ask("POST", f"{upload}/complete")

    answer = client.ask("POST", "/v1/uploads", json={"session_id": SESSION, "size_bytes": 4})

    assert (answer.status_code, answer.json()["reason_code"]) == (409, "session_conflict")


@pytest.mark.parametrize("digest", ["", "sha-256=abc", "sha-256=:!:", "md5=:AAAA:", "sha-256=:AAAA:"])
def test_a_part_has_a_checksum(client: AsgiClient, digest: str) -> None:
    """Without a SHA-256 of its own no part is read."""
    answer = client.ask("PUT", f"{opened(client)}/parts/0", content=b"abcd", Content_Digest=digest)

    assert (answer.status_code, answer.json()["reason_code"]) == (422, "request_invalid")
