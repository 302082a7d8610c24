"""A session's own vocabulary, given before its recording: kept encrypted, put beside the recording, or removed."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from pipeline.domain.artifact import ArtifactKind, Companion, StoredArtifact
from pipeline.domain.documents.vocabulary import names_from_text, names_to_text
from pipeline.domain.session import SessionId
from pipeline.errors import LegalHoldError, PermanentError, PipelineError
from pipeline.ports import ArtifactStore
from pipeline.ports.vocabularies import VocabularyLedger


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """Keeps names for recordings that are still to come; never says what it keeps."""

    ledger: VocabularyLedger
    artifacts: ArtifactStore
    #: How long names wait for a recording.
    lasts: timedelta

    def keep(self, session_id: SessionId, names: tuple[str, ...], actor: str) -> None:
        """Keep these names in place of those that wait; none at all removes them. Raises as the ledger does."""
        if not names:
            remove_names(self.artifacts, self.ledger.drop_vocabulary(session_id, None, actor))
            return
        self.ledger.check_vocabulary(session_id)
        place = self.artifacts.prepare(session_id, ArtifactKind.RECORDING)
        self.artifacts.write_beside(place, Companion.VOCABULARY, 0, names_to_text(names).encode())
        try:
            earlier = self.ledger.keep_vocabulary(place, actor)
        except PermanentError:
            remove_names(self.artifacts, place)
            raise
        remove_names(self.artifacts, earlier)

    def remove_stale(self) -> int:
        """Remove the names whose recording never came, or may not come any more; return how many sessions'."""
        removed = 0
        for session_id, reason_code in self.ledger.stale_vocabularies(self.lasts):
            with suppress(LegalHoldError):
                place = self.ledger.drop_vocabulary(session_id, reason_code, "sweep")
                removed += place is not None
                remove_names(self.artifacts, place)
        return removed


def names_at(artifacts: ArtifactStore, place: StoredArtifact | None) -> tuple[str, ...]:
    """Return the names that wait there."""
    kept = None if place is None else artifacts.read_beside(place, Companion.VOCABULARY)
    return () if kept is None else names_from_text(kept.decode())


def put_names(artifacts: ArtifactStore, recording: StoredArtifact, names: tuple[str, ...]) -> None:
    """Put the names beside a recording, under its key."""
    if names:
        artifacts.write_beside(recording, Companion.VOCABULARY, 0, names_to_text(names).encode())


def remove_names(artifacts: ArtifactStore, place: StoredArtifact | None) -> None:
    """Remove names whose key is destroyed; what cannot be removed now goes with the sweep, as every orphan does."""
    if place is not None:
        with suppress(PipelineError):
            artifacts.drop_beside(place, Companion.VOCABULARY)
