"""S3's event JSON, as AWS, MinIO and Ceph send it, and as SNS wraps it."""

import json
from typing import Any
from urllib.parse import unquote_plus

from pipeline.domain.artifact import ObjectKey
from pipeline.errors import AnnouncementInvalidError
from pipeline.ports.arrivals import Announcement

#: AWS says ``ObjectCreated:Put``, MinIO and Ceph say ``s3:ObjectCreated:Put``.
_CREATED = "ObjectCreated:"
_UNVERSIONED = "null"


def announcements(payload: str | bytes) -> tuple[Announcement, ...]:
    """Return what the payload says was put; other events, S3's own test among them, say nothing.

    Raises ``AnnouncementInvalidError`` for what is no event, without any of it: a key may name a person.
    """
    try:
        return _created(json.loads(payload))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AnnouncementInvalidError from None


def _created(event: Any) -> tuple[Announcement, ...]:  # noqa: ANN401 - JSON from outside
    if "Message" in event and "Records" not in event:
        # SNS puts the event into a string, and speaks in the clear when it asks for a subscription to be confirmed.
        return _created(json.loads(event["Message"])) if event.get("Type") == "Notification" else ()
    if event.get("Event") == "s3:TestEvent":
        return ()
    return tuple(_announcement(record) for record in event["Records"] if _says_created(record))


def _says_created(record: dict[str, Any]) -> bool:
    return str(record["eventName"]).removeprefix("s3:").startswith(_CREATED)


def _announcement(record: dict[str, Any]) -> Announcement:
    entity = record["s3"]
    stored = entity["object"]
    # AWS and MinIO encode a key as in an address; Ceph sends it as it is.
    as_it_is = str(record.get("eventSource", "")).startswith("ceph:")
    key = str(stored["key"]) if as_it_is else unquote_plus(str(stored["key"]))
    return Announcement(str(entity["bucket"]["name"]), ObjectKey(key), str(stored.get("versionId") or _UNVERSIONED))
