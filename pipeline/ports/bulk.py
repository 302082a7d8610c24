"""Handing in many sessions at once: the same checks and rows as one by one, in far fewer transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.consent import Consent, Participant
from pipeline.domain.retention import RetentionPolicy
from pipeline.domain.session import RunId, Session
from pipeline.errors import ConsentError


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session that asks to be accepted, with the decisions its consent form brings."""

    session: Session
    participants: tuple[Participant, ...]
    policy: RetentionPolicy
    consents: tuple[Consent, ...] = ()
    voices: int | None = None


class BulkRegistry(Protocol):
    """Both methods answer for each candidate in order; ``None`` says: take this one by itself, it is not new."""

    def admit_all(self, candidates: Sequence[Candidate], actor: str) -> Sequence[bool | ConsentError | None]:
        """Record consents, and say which of these sessions' recordings may be kept.

        ``False`` says: not new either, and every decision of its form is recorded already.
        """
        ...

    def register_all(
        self, accepted: Sequence[tuple[Candidate, StoredArtifact]]
    ) -> Sequence[RunId | ConsentError | None]:
        """Accept the sessions whose recordings are stored and open their first stages."""
        ...
