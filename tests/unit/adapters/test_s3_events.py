"""S3's events as each product sends them."""

import json
from typing import Any

import pytest

from pipeline.adapters.arrivals.s3_events import announcements
from pipeline.errors import AnnouncementInvalidError
from pipeline.ports.arrivals import Announcement


def record(name: str, key: str = "inbound/session-0001", **stored: str) -> dict[str, Any]:
    """Return one event's record."""
    return {"eventName": name, "s3": {"bucket": {"name": "inbound"}, "object": {"key": key, "size": 1, **stored}}}


def event(*records: dict[str, Any]) -> str:
    """Return an event."""
    return json.dumps({"Records": records})


@pytest.mark.parametrize(
    ("payload", "version_id"),
    [
        (event(record("ObjectCreated:Put", versionId="v1")), "v1"),
        (event(record("s3:ObjectCreated:CompleteMultipartUpload", versionId="v2")), "v2"),
        (event(record("s3:ObjectCreated:Put", versionId="")), "null"),
        (event(record("ObjectCreated:Post")), "null"),
        (json.dumps({"Type": "Notification", "Message": event(record("ObjectCreated:Put"))}), "null"),
    ],
    ids=["aws", "minio", "ceph", "unversioned", "sns"],
)
def test_each_products_event_names_the_object(payload: str, version_id: str) -> None:
    """AWS, MinIO, Ceph and SNS say the same thing in their own words."""
    assert announcements(payload) == (Announcement("inbound", "inbound/session-0001", version_id),)  # type: ignore[arg-type] # a key


def test_a_key_is_decoded() -> None:
    """Keys come as in the query of an address."""
    (announcement,) = announcements(event(record("ObjectCreated:Put", "inbound/a+b%2Bc%C3%A9")))

    assert announcement.key == "inbound/a b+cé"


def test_cephs_key_is_taken_as_it_is() -> None:
    """Ceph does not encode keys, so nothing of one is decoded."""
    raw = record("ObjectCreated:Put", "inbound/a b+c%20d") | {"eventSource": "ceph:s3"}

    assert announcements(event(raw))[0].key == "inbound/a b+c%20d"


@pytest.mark.parametrize(
    "payload",
    [
        event(record("ObjectRemoved:Delete"), record("s3:ObjectRemoved:DeleteMarkerCreated")),
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "inbound"}),
        json.dumps({"Type": "SubscriptionConfirmation", "Message": "You have chosen to subscribe"}),
        event(),
    ],
    ids=["removed", "test", "subscription", "empty"],
)
def test_what_created_nothing_says_nothing(payload: str) -> None:
    """Other events are well formed and name no object."""
    assert announcements(payload) == ()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"canary",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"Records": 3}',
        b'{"Records": [{"eventName": "ObjectCreated:Put"}]}',
        b'{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "canary"}, "bucket": []}}]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused_without_its_content(payload: bytes) -> None:
    """Anything else ends in a reason code that quotes nothing."""
    with pytest.raises(AnnouncementInvalidError) as caught:
        announcements(payload)

    assert "canary" not in f"{caught.value}{caught.value!r}"


def test_an_announcement_does_not_show_its_key() -> None:
    """A key may name a person, so it stands in no representation."""
    assert "session-0001" not in repr(announcements(event(record("ObjectCreated:Put"))))
