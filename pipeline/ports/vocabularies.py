"""Vocabularies that are given before the recording comes: where they wait, and until when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.session import SessionId


class WaitingVocabulary(Protocol):
    """What intake asks when a recording comes."""

    def waiting_vocabulary(self, session_id: SessionId) -> StoredArtifact | None:
        """Return the recording-to-be that the session's vocabulary lies beside, or ``None`` where there is none."""
        ...


class VocabularyLedger(WaitingVocabulary, Protocol):
    """The truth about vocabularies that wait; each method is one transaction, audit entry included.

    A vocabulary stops waiting, and its key is destroyed, in the transaction that accepts the session's recording.
    """

    def check_vocabulary(self, session_id: SessionId) -> None:
        """Raise what forbids keeping one: ``ConsentError``, ``SessionUnknownError``, or ``SessionConflictError``.

        The last for a session that has its recording, or is to have a transcript instead.
        """
        ...

    def keep_vocabulary(self, place: StoredArtifact, actor: str) -> StoredArtifact | None:
        """Keep where the session's vocabulary lies; return what it replaces.

        Raises as ``check_vocabulary`` does, and ``LegalHoldError`` where it would replace one under a hold.
        """
        ...

    def drop_vocabulary(self, session_id: SessionId, reason_code: str | None, actor: str) -> StoredArtifact | None:
        """Let the vocabulary wait no more and destroy its key; return where it lay, if there was one.

        Raises ``LegalHoldError``.
        """
        ...

    def stale_vocabularies(self, lasts: timedelta) -> Sequence[tuple[SessionId, str]]:
        """Return the sessions whose vocabulary has waited for too long or is without consent, each with the reason."""
        ...
