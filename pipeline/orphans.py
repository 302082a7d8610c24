"""Objects that no row points to: what a worker wrote and never committed. No key of them was ever kept."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from pipeline.domain.artifact import Companion, ObjectKey
from pipeline.domain.session import SessionId
from pipeline.ports import ObjectStore

#: Where the objects of all sessions lie.
SESSIONS = "sessions/"
#: A vocabulary is kept for as long as its recording; an interim result this old serves nobody.
_VOCABULARY = f".{Companion.VOCABULARY}.000000"


def remove_orphans(
    objects: ObjectStore,
    keys_of: Callable[[SessionId], frozenset[ObjectKey]],
    now: datetime,
    at_least: timedelta,
) -> int:
    """Remove every object that is older than ``at_least`` and that the ledger does not name; return how many.

    ``at_least`` must outlast any stage: a young object may be about to be committed.
    """
    orphans = dict.fromkeys(_orphans(objects, keys_of, now - at_least))
    return sum(objects.destroy(key) for key in orphans)


def _orphans(
    objects: ObjectStore, keys_of: Callable[[SessionId], frozenset[ObjectKey]], before: datetime
) -> Iterator[ObjectKey]:
    known: dict[SessionId, frozenset[ObjectKey]] = {}
    for version in objects.versions(SESSIONS):
        session_id = SessionId(version.key.removeprefix(SESSIONS).partition("/")[0])
        if version.modified_at >= before:
            continue
        if session_id not in known:
            # A listing comes in order of keys, so one session's rows are enough to hold.
            known = {session_id: keys_of(session_id)}
        if named_as(version.key) not in known[session_id]:
            yield version.key


def named_as(key: ObjectKey) -> ObjectKey:
    """Return the key under which a row would name an object: a recording's vocabulary waits beside it without one."""
    return ObjectKey(key.removesuffix(_VOCABULARY))
