"""The runner: claim, work, store, complete, whatever happens."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from pipeline.domain.artifact import ArtifactKind, Companion
from pipeline.domain.session import RunId, Stage, WorkerId
from pipeline.errors import ConsentWithdrawnError, NoSpeechError, StageCrashedError, StoreUnavailableError
from pipeline.ports import Inputs, StageResult, StageTask
from pipeline.runner import Outcome, Runner
from tests.fakes import (
    FixedClock,
    MemoryArtifacts,
    RecordingDoorbell,
    ReversingSigner,
    ScriptedLedger,
    ScriptedWork,
    a_lease,
    a_session,
)

WORKER = WorkerId("worker-1")
SESSION = a_session().session_id


@dataclass
class House:
    """A runner and everything it stands on."""

    ledger: ScriptedLedger = field(
        default_factory=lambda: ScriptedLedger([a_lease(Stage.DRAFT, ArtifactKind.TRANSCRIPT)])
    )
    artifacts: MemoryArtifacts = field(
        default_factory=lambda: MemoryArtifacts({(SESSION, ArtifactKind.TRANSCRIPT): b"words"})
    )
    work: ScriptedWork = field(default_factory=ScriptedWork)
    doorbell: RecordingDoorbell = field(default_factory=RecordingDoorbell)

    def run(self, stage: Stage = Stage.DRAFT) -> Outcome:
        """Run what is next."""
        return self.runner().run_next(stage, WORKER)

    def runner(self) -> Runner:
        """Return the runner."""
        return Runner(
            self.ledger,
            self.artifacts,
            dict.fromkeys((Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY), self.work),
            ReversingSigner(),
            self.doorbell,
            FixedClock(),
            timedelta(milliseconds=10),
        )


@pytest.fixture
def house() -> House:
    return House()


def test_nothing_ready_is_an_answer(house: House) -> None:
    """An empty queue does nothing and says so."""
    house.ledger.leases.clear()

    assert house.run() is Outcome.NOTHING_READY


def test_success_is_stored_then_committed_then_rung_for(house: House) -> None:
    """A stage's output is in the store before the ledger hears of it, and the next stage is rung after."""
    house.ledger.opens = [RunId("run-2")]

    outcome = house.run()

    assert outcome is Outcome.SUCCEEDED
    assert house.work.seen == [{ArtifactKind.TRANSCRIPT: b"words"}]
    assert house.artifacts.bodies[SESSION, ArtifactKind.DRAFT] == b"a draft"
    assert [artifact.kind for artifact in house.ledger.completed[0][1]] == [ArtifactKind.DRAFT]
    assert house.doorbell.rings == [(Stage.VERIFY, RunId("run-2"))]


def test_a_second_delivery_does_nothing(house: House) -> None:
    """A redelivered message finds no lease and repeats nothing."""
    house.run()

    assert house.run() is Outcome.NOTHING_READY
    assert len(house.work.tasks) == 1


def test_the_process_that_works_gets_no_keys(house: House) -> None:
    """What a model's process is told holds neither keys nor object names."""
    house.run()

    assert set(StageTask.__slots__) == {
        "session_id",
        "stage",
        "note_format",
        "facts",
        "kind",
        "names",
        "interim",
        "keep",
    }
    assert house.work.tasks[0].session_id == SESSION


def test_the_names_that_came_with_a_recording_reach_the_process(house: House) -> None:
    """The vocabulary beside the recording is told to whoever listens."""
    lease = a_lease(Stage.TRANSCRIBE, ArtifactKind.RECORDING)
    house.ledger.leases = [lease]
    house.artifacts.bodies[SESSION, ArtifactKind.RECORDING] = b"sound"
    house.artifacts.write_beside(lease.inputs[ArtifactKind.RECORDING], Companion.VOCABULARY, 0, b"Lamictal\nZimba\n")
    house.run(Stage.TRANSCRIBE)

    assert house.work.tasks[0].names == ("Lamictal", "Zimba")


def test_what_an_attempt_kept_reaches_the_next_and_goes_with_the_result(house: House) -> None:
    """An interim result is told to the next attempt, and dropped once a result is committed."""
    lease = a_lease(Stage.TRANSCRIBE, ArtifactKind.RECORDING)
    recording = lease.inputs[ArtifactKind.RECORDING]
    house.ledger.leases = [lease]
    house.artifacts.bodies[SESSION, ArtifactKind.RECORDING] = b"sound"
    house.artifacts.write_beside(recording, Companion.INTERIM, 1, b"{}")
    house.run(Stage.TRANSCRIBE)
    left = house.artifacts.read_beside(recording, Companion.INTERIM)
    house.work.tasks[0].keep(b"more")

    assert house.work.tasks[0].interim == b"{}"
    assert left is None
    assert house.artifacts.read_beside(recording, Companion.INTERIM) == b"more"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NoSpeechError(), Outcome.FAILED),
        (StoreUnavailableError(), Outcome.FAILED),
        (ConsentWithdrawnError(), Outcome.REFUSED),
    ],
)
def test_a_named_failure_is_recorded_as_it_is(house: House, error: Exception, outcome: Outcome) -> None:
    """A named error reaches the ledger whole."""
    house.work.result = error

    assert house.run() is outcome
    assert house.ledger.failed[0][1] is error


def test_an_unplanned_exception_leaves_only_its_class_name(house: House) -> None:
    """What an unknown exception says may be content; neither ledger nor log gets it."""
    house.work.result = ValueError("heliotrope canary")

    with capture_logs() as logs:
        outcome = house.run()

    assert outcome is Outcome.FAILED
    assert house.ledger.failed[0][1].facts == {"kind": "ValueError"}
    assert "heliotrope" not in str(logs) + str(house.ledger.failed)


def test_a_late_worker_drops_its_result(house: House) -> None:
    """Where the fence no longer matches, nothing is rung and nothing recorded as failed."""
    house.ledger.lost = True

    assert house.run() is Outcome.LEASE_LOST
    assert (house.doorbell.rings, house.ledger.failed) == ([], [])


def test_losing_the_lease_stops_the_work() -> None:
    """A heartbeat that finds the lease gone stops the model, and the crash it causes is no failure."""
    work = WorkUntilStopped()
    house = House(work=work)
    house.ledger.renews = False

    outcome = house.run()

    assert outcome is Outcome.LEASE_LOST
    assert house.ledger.failed == []


def test_abandoned_work_is_given_back_uncounted() -> None:
    """A worker told to go gives its run back without using up a try."""
    work = WorkUntilStopped()
    house = House(work=work)
    runner = house.runner()

    def abandon_once_begun() -> None:
        work.begun.wait(60)
        runner.abandon()

    telling = threading.Thread(target=abandon_once_begun)
    telling.start()
    outcome = runner.run_next(Stage.DRAFT, WORKER)
    telling.join()

    assert outcome is Outcome.RELEASED
    assert len(house.ledger.released) == 1
    assert house.ledger.failed == []


def test_what_was_given_back_is_not_claimed_again(house: House) -> None:
    """A worker told to go leaves what is ready to others, or it would stay for the whole of another try."""
    runner = house.runner()
    runner.abandon()

    outcome = runner.run_next(Stage.DRAFT, WORKER)

    assert outcome is Outcome.NOTHING_READY


def test_a_purge_destroys_lists_again_and_certifies(house: House) -> None:
    """A purge ends with no version listed and a certificate under signature."""
    house.ledger.leases = [a_lease(Stage.PURGE, due=(ArtifactKind.TRANSCRIPT,))]

    outcome = house.run(Stage.PURGE)

    deletions, certificate = house.ledger.purged[0]
    assert outcome is Outcome.SUCCEEDED
    assert [(d.kind, d.keys_destroyed, d.versions_deleted, d.versions_found_after) for d in deletions] == [
        (ArtifactKind.TRANSCRIPT, 1, 1, 0)
    ]
    assert ReversingSigner().check(certificate.body, certificate.signature)


def test_a_purge_that_leaves_a_version_is_tried_again(house: House) -> None:
    """A version still listed after deletion is a failure and never a certificate."""
    house.artifacts.stuck = True
    house.ledger.leases = [a_lease(Stage.PURGE, due=(ArtifactKind.TRANSCRIPT,))]

    outcome = house.run(Stage.PURGE)

    assert outcome is Outcome.FAILED
    assert house.ledger.failed[0][1].reason_code == "purge_incomplete"
    assert house.ledger.purged == []


class WorkUntilStopped(ScriptedWork):
    """Works until stopped, then looks like a crash, as a killed process does."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self._stopped = threading.Event()

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Wait to be stopped."""
        self.begun.set()
        self._stopped.wait(60)
        raise StageCrashedError(session_id=task.session_id)

    def stop(self) -> None:
        """Stop."""
        self._stopped.set()
