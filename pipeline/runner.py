"""The promise of every stage, written once: claim, work, store, complete, with heartbeat and fence."""

import io
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import BinaryIO, Protocol

import structlog

from pipeline.domain.artifact import ArtifactKind, Companion, StoredArtifact
from pipeline.domain.documents.vocabulary import names_from_text
from pipeline.domain.session import RunId, Stage, WorkerId, next_stage
from pipeline.errors import LeaseLostError, PipelineError, RefusedError, UnexpectedError
from pipeline.ports import (
    ArtifactStore,
    Clock,
    DeletionLedger,
    Doorbell,
    Lease,
    Ledger,
    Signer,
    StageResult,
    StageTask,
    StageWork,
)
from pipeline.ports.observing import RunObserver, Unobserved
from pipeline.stages.purge import purge

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What came of asking for work."""

    NOTHING_READY = "nothing_ready"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    LEASE_LOST = "lease_lost"
    #: Given back untried, because this process was told to go.
    RELEASED = "released"


class StageLedger(Ledger, DeletionLedger, Protocol):
    """A ledger that records deletions too."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs stages, any number of times and in any number of places, with one effect each."""

    ledger: StageLedger
    artifacts: ArtifactStore
    work: Mapping[Stage, StageWork]
    signer: Signer
    doorbell: Doorbell
    clock: Clock
    heartbeat: timedelta = timedelta(seconds=15)
    observer: RunObserver = field(default_factory=Unobserved)
    _abandoned: threading.Event = field(default_factory=threading.Event)

    def run_next(self, stage: Stage, worker_id: WorkerId) -> Outcome:
        """Claim the most urgent run of a stage and see it through.

        Safe to call at any time: a finished stage is left alone, and a worker that outlived its lease
        cannot overwrite its successor's result.
        """
        # What was given back would be claimed here anew, and whoever pressed Ctrl+C would wait for it to its end.
        lease = None if self._abandoned.is_set() else self.ledger.claim(stage, worker_id)
        if lease is None:
            return Outcome.NOTHING_READY
        began = time.monotonic()
        outcome, reason_code = self._settle(lease)
        took = time.monotonic() - began
        self.observer.ran(stage, outcome, lease.waited, timedelta(seconds=took), _audio_seconds(lease))
        log.info(
            "stage_run_finished",
            session_id=lease.session.session_id,
            run_id=lease.run_id,
            stage=stage,
            attempt=lease.attempt,
            outcome=outcome,
            reason_code=reason_code,
            seconds=round(took, 3),
        )
        return outcome

    def abandon(self) -> None:
        """Stop all work in progress, give its runs back, untried and uncounted, and claim no other."""
        self._abandoned.set()
        for work in self.work.values():
            work.stop()

    def _settle(self, lease: Lease) -> tuple[Outcome, str | None]:
        try:
            opened = self._carry_out(lease)
        except LeaseLostError as error:
            return Outcome.LEASE_LOST, error.reason_code
        except PipelineError as error:
            return self._record(lease, error)
        # The one seam for what nobody planned: the class name is kept, the message may hold content.
        except Exception as error:  # noqa: BLE001
            return self._record(lease, UnexpectedError(kind=type(error).__name__))
        for run_id in opened:
            self.doorbell.ring(next_stage(lease.stage) or Stage.PURGE, run_id)
        return Outcome.SUCCEEDED, None

    def _record(self, lease: Lease, error: PipelineError) -> tuple[Outcome, str | None]:
        try:
            if self._abandoned.is_set():
                self.ledger.release(lease)
                return Outcome.RELEASED, None
            self.ledger.fail(lease, error)
        except LeaseLostError as lost:
            return Outcome.LEASE_LOST, lost.reason_code
        outcome = Outcome.REFUSED if isinstance(error, RefusedError) else Outcome.FAILED
        return outcome, error.reason_code

    def _carry_out(self, lease: Lease) -> Sequence[RunId]:
        if lease.stage is Stage.PURGE:
            return self._carry_out_purge(lease)
        with _heartbeat(self, lease) as lost:
            result = self._work(lease, lost)
            stored = [self._store(lease, output.kind, output.body) for output in result.outputs]
        opened = self.ledger.complete(lease, stored, result.facts)
        self._drop_interim(lease)
        return opened

    def _carry_out_purge(self, lease: Lease) -> Sequence[RunId]:
        with _heartbeat(self, lease):
            purged = purge(lease, ledger=self.ledger, artifacts=self.artifacts, signer=self.signer, clock=self.clock)
        self.ledger.complete_purge(lease, purged.deletions, purged.certificate)
        return ()

    def _work(self, lease: Lease, lost: threading.Event) -> StageResult:
        session = lease.session
        recording = lease.inputs.get(ArtifactKind.RECORDING)
        task = StageTask(session.session_id, lease.stage, session.note_format, lease.facts, session.kind)
        if recording is not None:
            task = self._with_companions(task, recording, lease.attempt)
        with ExitStack() as opened:
            try:
                return self.work[lease.stage].run(task, self._open(lease, opened))
            except PipelineError:
                # A process stopped because its lease was lost looks as if it had crashed.
                if lost.is_set():
                    raise LeaseLostError(run_id=lease.run_id) from None
                raise

    def _with_companions(self, task: StageTask, recording: StoredArtifact, attempt: int) -> StageTask:
        """Return the task with what lies beside the recording, and a place for what the work finds out."""
        vocabulary = self.artifacts.read_beside(recording, Companion.VOCABULARY)
        return replace(
            task,
            names=() if vocabulary is None else names_from_text(vocabulary.decode()),
            interim=self.artifacts.read_beside(recording, Companion.INTERIM) or b"",
            keep=partial(self._keep, recording, attempt),
        )

    def _keep(self, recording: StoredArtifact, attempt: int, interim: bytes) -> None:
        """Put an interim result beside the recording; the work goes on where the store has no room for it."""
        try:
            self.artifacts.write_beside(recording, Companion.INTERIM, attempt, interim)
        except PipelineError as error:
            log.warning("interim_not_kept", session_id=recording.session_id, reason_code=error.reason_code)

    def _drop_interim(self, lease: Lease) -> None:
        """Remove what the committed result replaces; what cannot be removed now goes with the recording."""
        recording = lease.inputs.get(ArtifactKind.RECORDING)
        if recording is not None:
            with suppress(PipelineError):
                self.artifacts.drop_beside(recording, Companion.INTERIM)

    def _open(self, lease: Lease, opened: ExitStack) -> Mapping[ArtifactKind, BinaryIO]:
        kinds = list(lease.inputs)
        return {kind: self._stream(lease.inputs[kind], opened, whole=kind is not kinds[-1]) for kind in kinds}

    def _stream(self, artifact: StoredArtifact, opened: ExitStack, *, whole: bool) -> BinaryIO:
        stream = opened.enter_context(self.artifacts.read(artifact))
        return io.BytesIO(stream.read()) if whole else stream

    def _store(self, lease: Lease, kind: ArtifactKind, body: bytes) -> StoredArtifact:
        return self.artifacts.write(
            lease.session.session_id, kind, lease.attempt, io.BytesIO(body), key=lease.keys.get(kind)
        )


@contextmanager
def _heartbeat(runner: Runner, lease: Lease) -> Iterator[threading.Event]:
    """Renew the lease beside the work; set the event and stop the work where it is lost."""
    done, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not done.wait(runner.heartbeat.total_seconds()):
            if not _renew(runner.ledger, lease):
                lost.set()
                if lease.stage in runner.work:
                    runner.work[lease.stage].stop()
                return

    thread = threading.Thread(target=beat, name=f"heartbeat-{lease.run_id}", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()


def _audio_seconds(lease: Lease) -> float:
    """Return how long the session's recording is, or seems to be until it is decoded; 0 where nobody knows."""
    return float(lease.facts.get("audio_seconds", lease.session.expected_seconds or 0))


def _renew(ledger: Ledger, lease: Lease) -> bool:
    """Renew once; a ledger out of reach is not a lost lease, for the lease may outlast the outage."""
    try:
        return ledger.renew(lease)
    except PipelineError:
        return True
