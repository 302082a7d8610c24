"""The watch on SQL: promises, inspections, and one session's entries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Select, select

from pipeline.adapters.database import auditing, promises, reading, run_listing
from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import artifacts, upload_parts, uploads
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.audit.chain import Entry
from pipeline.domain.artifact import ObjectKey
from pipeline.domain.session import SessionId, Stage
from pipeline.ports.promises import InvariantKind, ListedRun, PromiseWatch, RunQuery
from pipeline.ports.uploads import UploadState

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class SqlWatch:
    """What operators look at beside the queues; it only reads, but for what an inspection found."""

    database: Database

    def promises(self) -> PromiseWatch:
        """Return the promises as they stand."""
        return self.database.read(promises.promises)

    def runs(self, which: RunQuery) -> Sequence[ListedRun]:
        """Return runs in one state, the latest first."""
        return self.database.read(lambda tx: run_listing.runs(tx, which))

    def finished_times(self, stage: Stage, since: datetime) -> Sequence[datetime]:
        """Return when runs of a stage succeeded since a moment, in order."""
        return self.database.read(lambda tx: run_listing.finished_times(tx, stage, since))

    def session_entries(self, session_id: SessionId) -> tuple[Entry, ...]:
        """Return every audit entry that names the session."""
        return self.database.read(lambda tx: auditing.session_entries(tx, session_id))

    def count_lost(self) -> int:
        """Return how many accepted sessions have no open run and came to no end."""
        return self.database.read(promises.count_lost)

    def count_doubled(self) -> int:
        """Return how many runs made more than one artifact of a kind."""
        return self.database.read(promises.count_doubled)

    def keep_inspection(self, found: Mapping[InvariantKind, int]) -> None:
        """Keep what was found."""
        self.database.write(lambda tx: promises.keep_inspection(tx, found))

    def object_keys(self, session_id: SessionId) -> frozenset[ObjectKey]:
        """Return the objects of one session that rows speak of."""
        return self.database.read(lambda tx: reading.object_keys(tx, session_id))

    def living_objects(self) -> Iterator[ObjectKey]:
        """Yield every object that a row speaks of and no purge has removed, a page at a time."""
        yield from self._objects(select(artifacts.c.object_key).where(artifacts.c.deleted_at.is_(None)))
        of_recordings = uploads.c.state == UploadState.COMPLETED, uploads.c.wrapped.is_(None)
        yield from self._objects(select(upload_parts.c.object_key).join(uploads).where(*of_recordings))

    def _objects(self, query: Select[str]) -> Iterator[ObjectKey]:
        key = query.selected_columns[0]
        ordered = query.order_by(key).limit(_PAGE)
        last = ""
        while page := self.database.read(partial(_rows, query=ordered.where(key > last))):
            yield from (ObjectKey(row["object_key"]) for row in page)
            last = page[-1]["object_key"]


def _rows(tx: Transaction, query: Select[str]) -> list[Row]:
    return tx.rows(query)
