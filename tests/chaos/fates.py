"""What befalls a worker at the points where it may die, and proxies that stand at those points.

The product has no hooks for any of this: a proxy wraps the ledger, the artifact store and the work of a stage.
"""

import io
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from pipeline.adapters.database import SqlLedger
from pipeline.domain.artifact import ArtifactKind, Companion, DataKey, StoredArtifact
from pipeline.domain.session import RunId, SessionId, Stage, WorkerId
from pipeline.errors import StoreUnavailableError
from pipeline.ports import ArtifactStore, Certificate, Inputs, KindDeletion, Lease, StageFacts, StageResult, StageTask
from workers.process import LastingWork


class Point(StrEnum):
    """A place in a stage's life."""

    BEFORE_CLAIM = "before_claim"
    AFTER_CLAIM = "after_claim"
    IN_WORK = "in_work"
    IN_WRITE = "in_write"
    AFTER_WRITE = "after_write"
    BEFORE_COMPLETE = "before_complete"
    #: Committed, and nobody rung for yet.
    AFTER_COMPLETE = "after_complete"
    AFTER_KEYS = "after_keys"
    AFTER_OBJECTS = "after_objects"


WORKING = (
    Point.BEFORE_CLAIM, Point.AFTER_CLAIM, Point.IN_WORK, Point.IN_WRITE, Point.AFTER_WRITE, Point.BEFORE_COMPLETE,
    Point.AFTER_COMPLETE,
)  # fmt: skip
PURGING = (
    Point.BEFORE_CLAIM, Point.AFTER_CLAIM, Point.AFTER_KEYS, Point.AFTER_OBJECTS, Point.BEFORE_COMPLETE,
    Point.AFTER_COMPLETE,
)  # fmt: skip


class Fate(Protocol):
    """Decides what happens at a point."""

    def meet(self, stage: Stage, point: Point) -> None:
        """Do nothing, or kill or stop this process, or raise."""
        ...


@dataclass(frozen=True, slots=True)
class Spared:
    """Nothing happens."""

    def meet(self, stage: Stage, point: Point) -> None:
        """Go on."""


@dataclass(frozen=True, slots=True)
class DieAt:
    """Kill this process the first time it comes to a point."""

    stage: Stage
    point: Point

    def meet(self, stage: Stage, point: Point) -> None:
        """Die here, or go on."""
        if (stage, point) == (self.stage, self.point):
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class SleepAt:
    """Stop this process the first time it comes to a point, until somebody lets it go on."""

    stage: Stage
    point: Point
    _done: bool = False

    def meet(self, stage: Stage, point: Point) -> None:
        """Stop here once, or go on."""
        if (stage, point) == (self.stage, self.point) and not self._done:
            self._done = True
            # What this process's other threads began in the database is to be over.
            time.sleep(0.3)
            _stop_here()


@dataclass
class Dice:
    """Kill, stall or fail at random, by a seed."""

    seed: int
    death: float = 0.02
    stall: float = 0.02
    fault: float = 0.02
    #: Longer than a lease, so that a stalled worker is a zombie when it goes on.
    stall_for: timedelta = timedelta(seconds=2)
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Start the row of throws."""
        self._random = random.Random(self.seed)  # noqa: S311 - a schedule of faults, not a secret

    def meet(self, stage: Stage, point: Point) -> None:
        """Throw."""
        throw = self._random.random()
        if throw < self.death:
            os.kill(os.getpid(), signal.SIGKILL)
        elif throw < self.death + self.stall:
            stall(self.stall_for)
        elif throw < self.death + self.stall + self.fault and point in {Point.IN_WORK, Point.IN_WRITE}:
            raise StoreUnavailableError(kind="dice")


def stall(span: timedelta) -> None:
    """Stop this whole process, heartbeat and all, and have it go on later."""
    waking = f"sleep {span.total_seconds()}; kill -CONT {os.getpid()}"
    subprocess.Popen(["/bin/sh", "-c", waking], start_new_session=True)
    _stop_here()


def _stop_here() -> None:
    # Sent to this thread: sent to the process, another thread may take it while this one runs on.
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


class FatedLedger:
    """The ledger, with points around its transactions; everything else is the real one's."""

    def __init__(self, ledger: SqlLedger, fate: Fate) -> None:
        self._ledger = ledger
        self._fate = fate

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real ledger has
        """Return the real ledger's own."""
        return getattr(self._ledger, name)

    def claim(self, stage: Stage, worker_id: WorkerId) -> Lease | None:
        """Claim between two points; the second only where there was something to claim."""
        self._fate.meet(stage, Point.BEFORE_CLAIM)
        lease = self._ledger.claim(stage, worker_id)
        if lease is not None:
            self._fate.meet(stage, Point.AFTER_CLAIM)
        return lease

    def complete(self, lease: Lease, artifacts: Sequence[StoredArtifact], facts: StageFacts) -> Sequence[RunId]:
        """Complete between two points."""
        self._fate.meet(lease.stage, Point.BEFORE_COMPLETE)
        opened = self._ledger.complete(lease, artifacts, facts)
        self._fate.meet(lease.stage, Point.AFTER_COMPLETE)
        return opened

    def destroy_keys(self, lease: Lease) -> Mapping[ArtifactKind, int]:
        """Destroy the keys, and come to a point."""
        counts = self._ledger.destroy_keys(lease)
        self._fate.meet(lease.stage, Point.AFTER_KEYS)
        return counts

    def complete_purge(self, lease: Lease, deletions: Sequence[KindDeletion], certificate: Certificate) -> None:
        """Complete between two points."""
        self._fate.meet(lease.stage, Point.BEFORE_COMPLETE)
        self._ledger.complete_purge(lease, deletions, certificate)
        self._fate.meet(lease.stage, Point.AFTER_COMPLETE)


class FatedArtifacts:
    """The artifact store, with points in the midst of a write and after it, and after a deletion."""

    def __init__(self, artifacts: ArtifactStore, fate: Fate) -> None:
        self._artifacts = artifacts
        self._fate = fate

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        """Return what has no point of its own, as the real store does it."""
        return getattr(self._artifacts, name)

    def write(
        self, session_id: SessionId, kind: ArtifactKind, attempt: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Write, with a point half-way and one at the end."""
        stage = _MAKERS[kind]
        halting = io.BufferedReader(_Halting(body.read(), self._fate, stage))
        stored = self._artifacts.write(session_id, kind, attempt, halting, key=key)
        self._fate.meet(stage, Point.AFTER_WRITE)
        return stored

    def prepare(self, session_id: SessionId, kind: ArtifactKind) -> StoredArtifact:
        """Make a key for what is to come."""
        return self._artifacts.prepare(session_id, kind)

    def read(self, artifact: StoredArtifact) -> BinaryIO:
        """Read."""
        return self._artifacts.read(artifact)

    def write_beside(self, artifact: StoredArtifact, companion: Companion, attempt: int, body: bytes) -> None:
        """Write a companion."""
        self._artifacts.write_beside(artifact, companion, attempt, body)

    def read_beside(self, artifact: StoredArtifact, companion: Companion) -> bytes | None:
        """Read a companion."""
        return self._artifacts.read_beside(artifact, companion)

    def drop_beside(self, artifact: StoredArtifact, companion: Companion) -> int:
        """Drop a companion."""
        return self._artifacts.drop_beside(artifact, companion)

    def destroy(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Destroy, and come to a point."""
        count = self._artifacts.destroy(session_id, kind)
        self._fate.meet(Stage.PURGE, Point.AFTER_OBJECTS)
        return count

    def remaining(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Count what is left."""
        return self._artifacts.remaining(session_id, kind)


_MAKERS = {
    ArtifactKind.WORKING_COPY: Stage.TRANSCRIBE,
    ArtifactKind.TRANSCRIPT: Stage.TRANSCRIBE,
    ArtifactKind.DRAFT: Stage.DRAFT,
    ArtifactKind.VERDICTS: Stage.VERIFY,
}


class _Halting(io.RawIOBase):
    """A body with a point in its middle."""

    def __init__(self, body: bytes, fate: Fate, stage: Stage) -> None:
        self._halves = [body[: len(body) // 2], body[len(body) // 2 :]]
        self._fate = fate
        self._stage = stage

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Give out the first half, come to the point, then give out the second."""
        if not self._halves:
            return 0
        if len(self._halves) == 1:
            self._fate.meet(self._stage, Point.IN_WRITE)
        block = self._halves[0][: len(buffer)]
        self._halves[0] = self._halves[0][len(block) :]
        if not self._halves[0]:
            self._halves.pop(0)
        buffer[: len(block)] = block
        return len(block)


class FatedWork:
    """The work of a stage, with a point in its midst."""

    def __init__(self, work: LastingWork, fate: Fate) -> None:
        self._work = work
        self._fate = fate

    def start(self) -> None:
        """Get ready."""
        self._work.start()

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Come to the point, then work."""
        self._fate.meet(task.stage, Point.IN_WORK)
        return self._work.run(task, inputs)

    def stop(self) -> None:
        """Stop."""
        self._work.stop()

    def close(self) -> None:
        """Close."""
        self._work.close()
