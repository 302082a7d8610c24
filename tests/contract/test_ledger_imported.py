"""Sessions that come in as a transcript, on every database."""

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionKind, Stage
from tests.factories import accepted_session, keep_days, make_session, run_through, taken


def test_an_imported_transcript_skips_recognition(ledger: SqlLedger) -> None:
    """The first run of an imported session is its draft, with the transcript as input."""
    accepted_session(ledger, make_session(kind=SessionKind.IMPORTED))

    assert set(taken(ledger, Stage.DRAFT).inputs) == {ArtifactKind.TRANSCRIPT}


def test_what_never_came_into_being_is_not_purged(ledger: SqlLedger) -> None:
    """A purge names only kinds that exist: a certificate for a recording nobody made would be a false one."""
    accepted_session(ledger, make_session(kind=SessionKind.IMPORTED), policy=keep_days(0))
    run_through(ledger, Stage.DRAFT, Stage.VERIFY)

    due = set(taken(ledger, Stage.PURGE).due)

    assert due == {ArtifactKind.TRANSCRIPT, ArtifactKind.DRAFT, ArtifactKind.VERDICTS}


def test_erasure_on_request_covers_what_may_be_in_the_making(ledger: SqlLedger) -> None:
    """What a person makes due is purged even where no row knows of it yet."""
    accepted = accepted_session(ledger, make_session(kind=SessionKind.IMPORTED))
    ledger.make_due(accepted.session_id, tuple(ArtifactKind), "erasure_request", "test")

    assert set(taken(ledger, Stage.PURGE).due) == set(ArtifactKind)
