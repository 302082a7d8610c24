"""Many sessions handed in at once end as if each had been handed in alone, on every database."""

import io
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.audit.check import check_audit
from pipeline.bulk_intake import BulkIntake, Item, Outcome
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, PersonRef, Purpose
from pipeline.domain.session import Session, SessionId, Stage
from pipeline.errors import (
    ConsentDeniedError,
    ConsentMissingError,
    ConsentWithdrawnError,
    RecordingEmptyError,
    SessionConflictError,
)
from pipeline.intake import Intake, Submission
from pipeline.storing import Storing
from tests.factories import WORKER, keep_days, make_session, permits, taken, two_people
from tests.fakes import RecordingDoorbell
from tests.ledger_views import entries, events, replayed_states, row_states


@pytest.fixture
def bulk(ledger: SqlLedger, tmp_path: Path) -> BulkIntake:
    """Return a bulk intake on the test's ledger and a folder."""
    LocalKeyFile.create(tmp_path / "keys" / "key.json", apart_from=(tmp_path / "objects",))
    keys = LocalKeyFile(tmp_path / "keys" / "key.json", apart_from=(tmp_path / "objects",))
    store = EncryptedArtifactStore(LocalFolderStore(tmp_path / "objects"), keys)
    return BulkIntake(Intake(ledger, store, RecordingDoorbell(), 1000), ledger, Storing(store, 1000))


def item(number: int, body: bytes = b"sound", session: Session | None = None, **changes: object) -> Item:
    """Return a submission of people of its own, and its bytes."""
    people = two_people(f"client-{number}", f"clinician-{number % 2}")
    session = session or replace(make_session(), clinician=None, expected_seconds=None)
    submission = Submission(session, people, keep_days(), permits(people, session_id=session.session_id))
    opener: partial[AbstractContextManager[BinaryIO]] = partial(_opened, body)
    return replace(submission, **changes), opener  # type: ignore[arg-type]  # a test names fields freely


def _opened(body: bytes) -> AbstractContextManager[BinaryIO]:
    return nullcontext(io.BytesIO(body))


def accept_all(bulk: BulkIntake, items: list[Item]) -> dict[SessionId, Outcome]:
    """Hand in and return what became of each."""
    found: dict[SessionId, Outcome] = {}

    def note(submission: Submission, outcome: Outcome) -> None:
        found[submission.session.session_id] = outcome

    bulk.accept_all(items, note)
    return found


def test_many_are_accepted_as_if_alone(bulk: BulkIntake, ledger: SqlLedger) -> None:
    """Each has its rows, clocks, consents and audit entries, in turns of clinicians, and can be claimed and read."""
    items = [item(number) for number in range(5)]

    found = accept_all(bulk, items)

    assert all(isinstance(outcome, str) for outcome in found.values())
    row = ledger.session(items[0][0].session.session_id)
    assert [artifact.kind for artifact in row.artifacts] == [ArtifactKind.RECORDING]
    assert row.session.clinician == "clinician-0"
    assert len(row.clocks) == len(ArtifactKind)
    assert events(ledger, "intake") == ["session_accepted"] * 5
    assert events(ledger, "consent").count("consent_recorded") == 5 * 2 * len(Purpose)
    assert replayed_states(ledger) == row_states(ledger)
    assert check_audit(ledger, None).intact
    order = [taken(ledger, Stage.TRANSCRIBE).session.clinician for _ in range(5)]
    assert set(order[:2]) == set(order[2:4]) == {"clinician-0", "clinician-1"}
    assert ledger.claim(Stage.TRANSCRIBE, WORKER) is None


def test_one_that_fails_stops_no_other(bulk: BulkIntake, ledger: SqlLedger) -> None:
    """Missing and denied consent and an empty recording each end in their own error, and the rest is accepted."""
    denied = item(2)
    refusal = tuple(replace(c, decision=ConsentDecision.DENY) for c in denied[0].consents)
    items = [item(0), item(1, consents=()), (replace(denied[0], consents=refusal), denied[1]), item(3, b""), item(4)]

    found = list(accept_all(bulk, items).items())

    by_id = dict(found)
    outcomes = [by_id[each[0].session.session_id] for each in items]
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [str, ConsentMissingError, ConsentDeniedError, RecordingEmptyError, str]
    assert len(ledger.sessions()) == 2
    assert events(ledger, "intake").count("intake_refused") == 2


def test_again_is_the_same_and_other_content_a_conflict(bulk: BulkIntake, ledger: SqlLedger) -> None:
    """Handed in again nothing new is recorded; another recording under the same id is refused by name."""
    first = item(0)
    before = accept_all(bulk, [first])
    recorded = len(entries(ledger, "consent"))

    again = accept_all(bulk, [first])
    other = accept_all(bulk, [(first[0], partial(_opened, b"other sound"))])

    assert again == before
    assert len(entries(ledger, "consent")) == recorded
    assert isinstance(other[first[0].session.session_id], SessionConflictError)


def test_again_writes_nothing(bulk: BulkIntake, tmp_path: Path) -> None:
    """What was handed in before is compared with what is stored, and no byte of it is encrypted or stored again."""
    items = [item(number) for number in range(3)]
    accept_all(bulk, items)
    before = objects_under(tmp_path)

    accept_all(bulk, items)

    assert objects_under(tmp_path) == before
    assert len(before) == 3


def test_again_after_consent_was_withdrawn_is_refused(bulk: BulkIntake, ledger: SqlLedger) -> None:
    """What was accepted before is not accepted again once the people recorded think otherwise; the others are."""
    items = [item(0), item(1)]
    accept_all(bulk, items)
    ledger.withdraw(PersonRef("client-0"), [Purpose.STORE_AUDIO], None, "test")

    found = accept_all(bulk, items)

    outcomes = [found[each[0].session.session_id] for each in items]
    assert [type(outcome) for outcome in outcomes] == [ConsentWithdrawnError, str]
    assert events(ledger, "intake").count("intake_refused") == 1


def test_an_earlier_denial_for_the_session_counts_beside_a_new_form(bulk: BulkIntake, ledger: SqlLedger) -> None:
    """A form that leaves out a person does not bury what that person decided about this session before."""
    submission, opener = item(0)
    mine, others = submission.participants[0].person, submission.consents[len(Purpose) :]
    denied = [replace(c, decision=ConsentDecision.DENY) for c in submission.consents if c.person == mine]
    ledger.record_consents(denied, "test")

    found = accept_all(bulk, [(replace(submission, consents=others), opener)])

    assert isinstance(found[submission.session.session_id], ConsentDeniedError)


def objects_under(folder: Path) -> dict[str, int]:
    """Return every stored object with when it was written."""
    return {str(path): path.stat().st_mtime_ns for path in (folder / "objects").rglob("*") if path.is_file()}
