"""Uploads on SQL: every method is one transaction, audit entry included."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from pipeline.adapters.database import uploading
from pipeline.adapters.database.intake import Announcement
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.session import RunId
from pipeline.errors import RefusedError
from pipeline.ports.arrivals import ExpectedSession
from pipeline.ports.uploads import CompletionTurn, PartTurn, Ticket, Upload, UploadId, UploadState

T = TypeVar("T")


class SqlUploads:
    """What is known of uploads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_upload(self, ticket: Ticket, lasts: timedelta, actor: str) -> Upload:
        """Hand out a ticket for an announced session."""
        return _or_raise(self._database.write(lambda tx: uploading.open_upload(tx, ticket, lasts, actor)))

    def upload(self, upload_id: UploadId) -> Upload:
        """Return an upload."""
        return self._database.read(lambda tx: uploading.find(tx, upload_id))

    def begin_part(self, upload_id: UploadId, offset: int) -> PartTurn:
        """Let a part be tried."""
        return _or_raise(self._database.write(lambda tx: uploading.begin_part(tx, upload_id, offset)))

    def keep_part(self, upload_id: UploadId, offset: int, size_bytes: int, stored: StoredArtifact) -> Upload:
        """Keep a part that was stored."""
        return _or_raise(
            self._database.write(lambda tx: uploading.keep_part(tx, upload_id, offset, size_bytes, stored))
        )

    def begin_completion(self, upload_id: UploadId) -> CompletionTurn | None:
        """Return the parts in order, for one caller at a time."""
        return _or_raise(self._database.write(lambda tx: uploading.begin_completion(tx, upload_id)))

    def accept_upload(
        self, upload_id: UploadId, expected: ExpectedSession, recording: StoredArtifact, actor: str
    ) -> RunId:
        """Complete an upload and accept its session."""
        announced = Announcement(expected.session, expected.participants, expected.policy, expected.voices)
        return _or_raise(self._database.write(lambda tx: uploading.accept(tx, upload_id, announced, recording, actor)))

    def settle_upload(self, upload_id: UploadId, state: UploadState, reason_code: str | None, actor: str) -> None:
        """Note what became of it."""
        self._database.write(lambda tx: uploading.settle(tx, upload_id, state, reason_code, actor))

    def leftovers(self) -> Sequence[tuple[UploadId, StoredArtifact]]:
        """Return the stored parts of uploads that are over; those that are stale are ended first."""

        def work(tx: Transaction) -> Sequence[tuple[UploadId, StoredArtifact]]:
            uploading.end_stale(tx)
            return uploading.leftovers(tx)

        return self._database.write(work)

    def forget_part(self, upload_id: UploadId, stored: StoredArtifact) -> None:
        """Note that a part's bytes are deleted."""
        self._database.write(lambda tx: uploading.forget_part(tx, upload_id, stored))


def _or_raise(outcome: T | RefusedError) -> T:
    """Raise a refusal only now that what it ended is committed."""
    if isinstance(outcome, RefusedError):
        raise outcome
    return outcome
