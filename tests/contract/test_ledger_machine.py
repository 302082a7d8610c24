"""The ledger against a model of itself: any order of work, death, time, withdrawal and holds."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection

from pipeline.adapters.database import LedgerLimits
from pipeline.audit.check import check_audit
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.operating import Decision
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.errors import (
    ConsentError,
    LeaseLostError,
    LegalHoldError,
    PipelineError,
    RecordingSilentError,
    RetryImpossibleError,
    StageCrashedError,
    StoreUnavailableError,
)
from pipeline.ports import Certificate, KindDeletion, Lease, StageRunRow
from tests.factories import accepted_session, finish, keep_days, make_ledger, permits
from tests.ledger_views import replayed_states, row_states

PEOPLE = [PersonRef(f"person-{number}") for number in range(3)]
ERRORS = [StoreUnavailableError(), RecordingSilentError(), StageCrashedError()]
#: Without these, no stage may start.
DECISIVE = [Purpose.RECORD, Purpose.TRANSCRIBE]
WORK = [Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY]

WHY = Decision("test", "INC-1")

#: Durability is tried elsewhere; here thousands of commits are.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it

people = st.sampled_from(PEOPLE)
#: Which of a list, counted from its end: the latest are the likeliest to be of interest.
some = st.integers(0, 4)


class LedgerMachine(RuleBasedStateMachine):
    """What may happen to a ledger, and what must be true after each thing that did."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
        self.now = datetime(2026, 11, 20, tzinfo=UTC)
        self.ledger = make_ledger(Path(self.folder.name), LedgerLimits(crashes=2, tries=2), self.clock)
        self.sessions: dict[SessionId, set[PersonRef]] = {}
        self.permitted: set[PersonRef] = set()
        self.held: set[SessionId] = set()
        #: Every lease ever given, those of the dead too.
        self.leases: list[Lease] = []
        self.newest_attempt: dict[RunId, int] = {}
        self.committed: list[RunId] = []
        self.steps = 0

    def clock(self, _connection: Connection) -> datetime:
        """Return a clock that only the machine moves, but for a tick a reading."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def teardown(self) -> None:
        """Remove the database."""
        self.ledger.close()
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        """Begin with two accepted sessions; what follows is mostly work."""
        for person in PEOPLE:
            self.decide(person, ConsentDecision.PERMIT, Purpose.RECORD)
        self.submit(set(PEOPLE[:1]))
        self.submit(set(PEOPLE[1:]))

    @rule(person=people, decision=st.sampled_from(ConsentDecision), purpose=st.sampled_from(DECISIVE))
    def decide(self, person: PersonRef, decision: ConsentDecision, purpose: Purpose) -> None:
        """Permit everything, deny everything, or withdraw a purpose that no session can do without."""
        if decision is ConsentDecision.WITHDRAW:
            touched = self.ledger.withdraw(person, [Purpose.RECORD, purpose], None, "test")
            assert set(touched) == {session for session, who in self.sessions.items() if person in who}
        else:
            given = permits([Participant(person, ParticipantRole.CLIENT)])
            self.ledger.record_consents([replace(consent, decision=decision) for consent in given], "test")
        if decision is ConsentDecision.PERMIT:
            self.permitted.add(person)
        else:
            self.permitted.discard(person)

    @rule(who=st.sets(people, min_size=1))
    def submit(self, who: set[PersonRef]) -> None:
        """Register a session of these people; without everyone's consent it must be refused."""
        present = tuple(Participant(person, ParticipantRole.CLIENT) for person in sorted(who))
        try:
            accepted = accepted_session(self.ledger, people=present, consents=(), policy=keep_days(1))
        except ConsentError:
            assert not who <= self.permitted
        else:
            assert who <= self.permitted
            self.sessions[accepted.session_id] = who

    @rule(first=st.sampled_from(list(Stage)))
    def claim(self, first: Stage) -> None:
        """Claim whatever is ready; only what all consent to, and no purge of what is held, may be given."""
        stages = sorted(Stage, key=lambda stage: stage is not first)
        found = (self.ledger.claim(stage, WorkerId("worker")) for stage in stages)
        lease = next((lease for lease in found if lease is not None), None)
        if lease is None:
            return
        stage = lease.stage
        assert stage is Stage.PURGE or self.sessions[lease.session.session_id] <= self.permitted
        assert stage is not Stage.PURGE or lease.session.session_id not in self.held
        assert lease.attempt > self.newest_attempt.get(lease.run_id, 0)
        self.newest_attempt[lease.run_id] = lease.attempt
        self.leases.append(lease)

    @rule(first=st.sampled_from(list(Stage)))
    def die(self, first: Stage) -> None:
        """Claim and fall silent until a sweep takes the lease away."""
        self.claim(first)
        self.let_time_pass(120)

    @rule(seconds=st.sampled_from([1, 60, 120, 4000, 90_000]))
    def let_time_pass(self, seconds: int) -> None:
        """Move the clock and sweep twice: leases in force are spared, and the second sweep finds nothing."""
        self.now += timedelta(seconds=seconds)
        in_force = [lease for lease in self.leases if self._is_running(lease) and self._until(lease) > self.now]
        self.ledger.sweep(timedelta(minutes=1))
        again = self.ledger.sweep(timedelta(minutes=1))

        assert all(self._is_running(lease) for lease in in_force)
        assert (again.leases_expired, again.purges_opened) == (0, 0)

    @precondition(lambda self: self.leases)
    @rule(number=some)
    def beat(self, number: int) -> None:
        """Renew any lease ever given."""
        lease = self._lease(number)

        assert self.ledger.renew(lease) == self._is_running(lease)

    @rule(first=st.sampled_from(list(Stage)))
    def work(self, first: Stage) -> None:
        """Claim and finish, as most workers do."""
        before = len(self.leases)
        self.claim(first)
        if len(self.leases) > before:
            self.finish(0)

    @precondition(lambda self: self.leases)
    @rule(number=some)
    def finish(self, number: int) -> None:
        """Finish any lease ever given; only one that still runs may commit."""
        lease = self._lease(number)
        running = self._is_running(lease)
        try:
            self._purge(lease) if lease.stage is Stage.PURGE else finish(self.ledger, lease)
        except LeaseLostError:
            assert not running
        except LegalHoldError as refusal:
            assert lease.session.session_id in self.held
            self.ledger.fail(lease, refusal)
        except PipelineError as refusal:
            # What it read or writes was purged, or consent ended while nobody looked.
            self._may_fail(lease, refusal)
        else:
            assert running
            assert lease.stage is Stage.PURGE or self.sessions[lease.session.session_id] <= self.permitted
            self.committed.append(lease.run_id)

    @precondition(lambda self: self.leases)
    @rule(number=some, error=st.sampled_from(ERRORS))
    def fail(self, number: int, error: PipelineError) -> None:
        """Fail any lease ever given."""
        lease = self._lease(number)
        running = self._is_running(lease)
        try:
            self.ledger.fail(lease, error)
        except LeaseLostError:
            assert not running
        else:
            assert running

    @precondition(lambda self: self.leases)
    @rule(number=some)
    def hold_or_lift(self, number: int) -> None:
        """Place a hold on a session that somebody worked on, or lift the one that stands."""
        session_id = self._lease(number).session.session_id
        if session_id in self.held:
            self.ledger.lift_hold(session_id, "test")
        else:
            self.ledger.place_hold(session_id, "litigation", "test")
        self.held ^= {session_id}

    @precondition(lambda self: self.sessions)
    @rule(number=some)
    def erase(self, number: int) -> None:
        """Ask for the deletion of everything."""
        self.ledger.make_due(self._session(number), tuple(ArtifactKind), "gdpr-art-17", "test")

    @precondition(lambda self: self.newest_attempt)
    @rule(number=some)
    def retry(self, number: int) -> None:
        """Retry any run; only one that ended badly may be."""
        run_id = sorted(self.newest_attempt)[number % len(self.newest_attempt)]
        ended_badly = row_states(self.ledger)[run_id] in {"failed", "quarantined", "refused", "cancelled"}
        try:
            self.ledger.retry(run_id, "test")
        except RetryImpossibleError:
            return
        assert ended_badly

    @precondition(lambda self: self.sessions)
    @rule(number=some, priority=st.sampled_from([0, 5, 1000]))
    def cancel_or_reorder(self, number: int, priority: int) -> None:
        """Cancel a session, which only ends what is open, or give it another priority, which ends nothing."""
        row = self.ledger.session(self._session(number))
        session_id, states = row.session.session_id, row_states(self.ledger)
        is_open = any(states[run.run_id] in {"ready", "running"} and run.stage in WORK for run in row.runs)
        if priority:
            self.ledger.change_priority(session_id, priority, WHY)
            assert row_states(self.ledger) == states
        elif is_open:
            ended = self.ledger.cancel_session(session_id, WHY)
            assert {row_states(self.ledger)[run_id] for run_id in ended} == {"cancelled"}

    @invariant()
    def everything_agrees(self) -> None:
        """Every few steps hold the rows against the audit log, the model and each other."""
        self.steps += 1
        if self.steps % 4:
            return
        states = row_states(self.ledger)
        assert check_audit(self.ledger, None).intact
        assert replayed_states(self.ledger) == states
        assert len(self.committed) == len(set(self.committed))
        assert {run for run, state in states.items() if state == "succeeded"} == set(self.committed)
        self._find_every_session()

    def _find_every_session(self) -> None:
        """Find every accepted session, and behind every success but the last its next stage."""
        rows = {row.session.session_id: row for row in self.ledger.sessions()}
        assert set(rows) == set(self.sessions)
        for row in rows.values():
            done = {run.stage for run in row.runs if run.status is StageStatus.SUCCEEDED and run.stage in WORK}
            opened = {run.stage for run in row.runs if run.stage in WORK}
            assert opened == set(WORK[: len(done) + 1])

    def _lease(self, number: int) -> Lease:
        return self.leases[-1 - number % len(self.leases)]

    def _session(self, number: int) -> SessionId:
        return sorted(self.sessions)[number % len(self.sessions)]

    def _run(self, lease: Lease) -> StageRunRow:
        runs = self.ledger.session(lease.session.session_id).runs
        return next(run for run in runs if run.run_id == lease.run_id)

    def _is_running(self, lease: Lease) -> bool:
        run = self._run(lease)
        return run.status is StageStatus.RUNNING and run.attempt == lease.attempt

    def _until(self, lease: Lease) -> datetime:
        until = self._run(lease).lease_until
        assert until is not None
        return until - timedelta(seconds=1)

    def _purge(self, lease: Lease) -> None:
        keys = self.ledger.destroy_keys(lease)
        assert lease.session.session_id not in self.held
        deletions = [KindDeletion(kind, keys[kind], 1, 0) for kind in lease.due]
        certificate = Certificate(f"cert-{lease.run_id}", b"{}", b"signed", "signing-1")
        self.ledger.complete_purge(lease, deletions, certificate)

    def _may_fail(self, lease: Lease, refusal: PipelineError) -> None:
        assert refusal.reason_code in {"key_destroyed", "purge_incomplete"}
        self.ledger.fail(lease, refusal)


@pytest.mark.slow
@pytest.mark.timeout(900)  # a failure is worth the minutes that making it small takes
def test_ledger_keeps_its_promises() -> None:
    """In any order of events: one effect per run, consent first, holds win, nothing lost, audit and rows agree."""
    run_state_machine_as_test(LedgerMachine, settings=settings(max_examples=40, stateful_step_count=40, deadline=None))
