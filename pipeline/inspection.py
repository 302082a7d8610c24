"""The inspection: look for what must never be, in rows and in the store, and keep what was found."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from pipeline.domain.artifact import ObjectKey
from pipeline.domain.session import SessionId
from pipeline.orphans import SESSIONS, named_as
from pipeline.ports import ObjectStore
from pipeline.ports.promises import InspectionLedger, InvariantKind


class ObjectRows(Protocol):
    """What the ledger knows of objects."""

    def living_objects(self) -> Iterator[ObjectKey]:
        """Yield every object that a row speaks of and no purge has removed, a page at a time."""
        ...

    def object_keys(self, session_id: SessionId) -> frozenset[ObjectKey]:
        """Return those of one session."""
        ...


class InspectedLedger(InspectionLedger, ObjectRows, Protocol):
    """A ledger that can be inspected."""


def inspect_rows(ledger: InspectionLedger) -> None:
    """Count what is lost or doubled in the ledger; cheap enough for every few minutes."""
    ledger.keep_inspection({InvariantKind.LOST: ledger.count_lost(), InvariantKind.DOUBLED: ledger.count_doubled()})


def inspect_store(ledger: InspectedLedger, objects: ObjectStore, before: datetime) -> None:
    """Hold a listing of the store against the rows; an object not older than ``before`` may be about to be committed.

    What a commit or a purge moved between the two readings is looked at again before it counts.
    """
    listed = {_short(version.key): version.modified_at for version in objects.versions(SESSIONS)}
    missing = [key for key in ledger.living_objects() if listed.pop(_short(key), None) is None]
    old = {short for short, modified_at in listed.items() if modified_at < before}
    orphans = [version.key for version in objects.versions(SESSIONS) if _short(version.key) in old] if old else []
    ledger.keep_inspection(
        {
            InvariantKind.MISSING_OBJECT: sum(_is_missing(ledger, objects, key) for key in missing),
            InvariantKind.ORPHAN_OBJECT: sum(
                named_as(key) not in ledger.object_keys(_session_of(key)) and any(objects.versions(key))
                for key in dict.fromkeys(orphans)
            ),
        }
    )


def _is_missing(ledger: ObjectRows, objects: ObjectStore, key: ObjectKey) -> bool:
    return not any(objects.versions(key)) and key in ledger.object_keys(_session_of(key))


def _session_of(key: ObjectKey) -> SessionId:
    return SessionId(key.removeprefix(SESSIONS).partition("/")[0])


def _short(key: ObjectKey) -> bytes:
    """Return enough of a digest to tell millions of keys apart, in little room."""
    return hashlib.blake2b(key.encode(), digest_size=12).digest()
