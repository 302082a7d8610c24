"""Handing in many sessions at once: the same checks and rows as one by one, in far fewer transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.consent import Consent, Participant
from pipeline.domain.night import Batch
from pipeline.domain.retention import RetentionPolicy
from pipeline.domain.session import RunId, Session, SessionId
from pipeline.errors import ConsentError, RowProblem
from pipeline.ports.uploads import UploadId


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session that asks to be accepted, with the decisions its consent form brings."""

    session: Session
    participants: tuple[Participant, ...]
    policy: RetentionPolicy
    consents: tuple[Consent, ...] = ()
    voices: int | None = None


@dataclass(frozen=True, slots=True)
class NamedSession:
    """A row of a batch of sessions that are known already, named by themselves or by their upload."""

    row: int
    session_id: SessionId | None = None
    upload_id: UploadId | None = None
    #: Another priority for it, where it gets one.
    priority: int | None = None


class BatchGatherer(Protocol):
    """Makes batches of sessions that came in one by one."""

    def gather(self, batch: Batch, named: Sequence[NamedSession], actor: str) -> Batch:
        """Take every session into the batch, or none and raise ``BatchInvalidError`` with all that is wrong.

        The same manifest again returns the batch that is there. Each session needs the consents that intake asks
        for, a recording that came or an upload that is under way, and no batch yet but one that turned it away.
        """
        ...

    def find_wrong(self, named: Sequence[NamedSession]) -> Sequence[RowProblem]:
        """Return what ``gather`` would name as wrong, and change nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Earlier:
    """A session that was accepted before, and whose form says nothing that is not recorded."""

    run_id: RunId
    artifacts: tuple[StoredArtifact, ...]


#: ``True``: new, and its recording may be kept. ``False`` and ``None``: take it by itself; with ``False`` every
#: decision of its form is recorded already.
Admission = bool | Earlier | ConsentError | None


class BulkRegistry(Protocol):
    """Both methods answer for each candidate in order; ``None`` says: take this one by itself, it is not new."""

    def admit_all(self, candidates: Sequence[Candidate], actor: str) -> Sequence[Admission]:
        """Record consents, and say which of these sessions' recordings may be kept."""
        ...

    def register_all(
        self, accepted: Sequence[tuple[Candidate, StoredArtifact]]
    ) -> Sequence[RunId | ConsentError | None]:
        """Accept the sessions whose recordings are stored and open their first stages."""
        ...
