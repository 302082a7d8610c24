"""Orphans: objects without a row go, everything else stays."""

from datetime import datetime, timedelta
from io import BytesIO

from pipeline.domain.artifact import ObjectKey
from pipeline.domain.session import SessionId
from pipeline.orphans import remove_orphans
from tests.fakes_store import MemoryObjectStore

KNOWN = ObjectKey("sessions/session-0001/draft/1-a")
ORPHAN = ObjectKey("sessions/session-0001/draft/2-b")
STRANGER = ObjectKey("sessions/session-0002/draft/1-c")
DAY = timedelta(days=1)


def keys_of(session_id: SessionId) -> frozenset[ObjectKey]:
    return frozenset({KNOWN}) if session_id == "session-0001" else frozenset()


def store() -> MemoryObjectStore:
    objects = MemoryObjectStore()
    for key in (KNOWN, ORPHAN, STRANGER):
        objects.put(key, BytesIO(b"ciphertext"))
    return objects


def written(objects: MemoryObjectStore) -> datetime:
    return max(version.modified_at for version in objects.versions("sessions/"))


def left(objects: MemoryObjectStore) -> set[str]:
    return {version.key for version in objects.versions("sessions/")}


def test_old_objects_without_a_row_are_removed() -> None:
    """What no row names is removed, and what a row names stays."""
    objects = store()

    removed = remove_orphans(objects, keys_of, written(objects) + 2 * DAY, DAY)

    assert removed == 2
    assert left(objects) == {KNOWN}


def test_young_objects_stay() -> None:
    """An object may be about to be committed, so it is left alone for as long as a stage can take."""
    objects = store()

    removed = remove_orphans(objects, keys_of, written(objects), DAY)

    assert removed == 0
    assert left(objects) == {KNOWN, ORPHAN, STRANGER}


def test_a_vocabulary_stays_with_its_recording() -> None:
    """What the agency gave with a recording stays while a row names that; an old interim result goes."""
    objects = store()
    for companion in ("vocabulary.000000", "interim.000001"):
        for owner in (KNOWN, ORPHAN):
            objects.put(ObjectKey(f"{owner}.{companion}"), BytesIO(b"ciphertext"))

    remove_orphans(objects, keys_of, written(objects) + 2 * DAY, DAY)

    assert left(objects) == {KNOWN, f"{KNOWN}.vocabulary.000000"}
