"""Hand-written fakes of ports; those with a real twin are held to its contract suite."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from pipeline.domain.artifact import ArtifactKind, Companion, DataKey, KeyId, ObjectKey, StageOutput, StoredArtifact
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import RunId, Session, SessionId, SessionKind, Stage, WorkerId
from pipeline.errors import LeaseLostError, PipelineError
from pipeline.ports import Certificate, Inputs, KindDeletion, Lease, StageFacts, StageResult, StageTask

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_session(session_id: str = "session-0001") -> Session:
    """Return a session."""
    return Session(SessionId(session_id), SessionKind.RECORDED, NoteFormat.DAP, "US", NOON)


def an_artifact(kind: ArtifactKind, session_id: str = "session-0001") -> StoredArtifact:
    """Return an artifact as the ledger names it."""
    key = DataKey(KeyId(f"key-{kind}"), b"wrapped", "wrapping-1")
    return StoredArtifact(SessionId(session_id), kind, 1, ObjectKey(f"{session_id}/{kind}"), key, "0" * 64, 9)


def a_lease(stage: Stage = Stage.DRAFT, *kinds: ArtifactKind, due: tuple[ArtifactKind, ...] = ()) -> Lease:
    """Return a lease whose inputs are artifacts of the kinds."""
    inputs = {kind: an_artifact(kind) for kind in kinds}
    keys = {kind: an_artifact(kind).data_key for kind in due}
    return Lease(RunId("run-1"), a_session(), stage, 1, 1, WorkerId("worker-1"), inputs, keys, due)


@dataclass
class FixedClock:
    """A clock that stands still."""

    moment: datetime = NOON

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment


@dataclass
class RecordingDoorbell:
    """Remembers who was rung for."""

    rings: list[tuple[Stage, RunId]] = field(default_factory=list)

    def ring(self, stage: Stage, run_id: RunId) -> None:
        """Remember."""
        self.rings.append((stage, run_id))


@dataclass
class MemoryArtifacts:
    """Artifacts in memory, in the clear."""

    bodies: dict[tuple[SessionId, ArtifactKind], bytes] = field(default_factory=dict)
    stuck: bool = False
    beside: dict[tuple[SessionId, Companion], bytes] = field(default_factory=dict, repr=False)

    def write_beside(self, artifact: StoredArtifact, companion: Companion, attempt: int, body: bytes) -> None:
        """Keep the body, instead of an earlier attempt's."""
        self.beside[artifact.session_id, companion] = body

    def read_beside(self, artifact: StoredArtifact, companion: Companion) -> bytes | None:
        """Return the body."""
        return self.beside.get((artifact.session_id, companion))

    def drop_beside(self, artifact: StoredArtifact, companion: Companion) -> int:
        """Drop the body."""
        return int(self.beside.pop((artifact.session_id, companion), None) is not None)

    def write(
        self, session_id: SessionId, kind: ArtifactKind, attempt: int, body: BinaryIO, *, key: DataKey | None
    ) -> StoredArtifact:
        """Keep the body."""
        self.bodies[session_id, kind] = body.read()
        return an_artifact(kind, session_id)

    def prepare(self, session_id: SessionId, kind: ArtifactKind) -> StoredArtifact:
        """Return an artifact without a body."""
        return an_artifact(kind, session_id)

    def read(self, artifact: StoredArtifact) -> BinaryIO:
        """Return the body."""
        return io.BytesIO(self.bodies[artifact.session_id, artifact.kind])

    def destroy(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Drop the body, unless it is stuck as under object lock."""
        if self.stuck:
            return 0
        return int(self.bodies.pop((session_id, kind), None) is not None)

    def remaining(self, session_id: SessionId, kind: ArtifactKind) -> int:
        """Count what is left."""
        return int((session_id, kind) in self.bodies)


@dataclass
class ScriptedLedger:
    """Hands out the leases it was given and remembers what became of them."""

    leases: list[Lease] = field(default_factory=list)
    opens: Sequence[RunId] = ()
    renews: bool = True
    lost: bool = False
    completed: list[tuple[Lease, Sequence[StoredArtifact], StageFacts]] = field(default_factory=list)
    failed: list[tuple[Lease, PipelineError]] = field(default_factory=list)
    released: list[Lease] = field(default_factory=list)
    purged: list[tuple[Sequence[KindDeletion], Certificate]] = field(default_factory=list)

    def claim(self, stage: Stage, _worker_id: WorkerId) -> Lease | None:
        """Hand out the next lease of the stage."""
        lease = next((lease for lease in self.leases if lease.stage is stage), None)
        if lease is not None:
            self.leases.remove(lease)
        return lease

    def renew(self, _lease: Lease) -> bool:
        """Say what the script says."""
        return self.renews

    def complete(self, lease: Lease, artifacts: Sequence[StoredArtifact], facts: StageFacts) -> Sequence[RunId]:
        """Remember, or refuse where the lease is lost."""
        if self.lost:
            raise LeaseLostError(run_id=lease.run_id)
        self.completed.append((lease, artifacts, facts))
        return self.opens

    def fail(self, lease: Lease, error: PipelineError) -> None:
        """Remember."""
        self.failed.append((lease, error))

    def release(self, lease: Lease) -> None:
        """Remember."""
        self.released.append(lease)

    def destroy_keys(self, lease: Lease) -> Mapping[ArtifactKind, int]:
        """Say that each due kind had one key."""
        return dict.fromkeys(lease.due, 1)

    def complete_purge(self, _lease: Lease, deletions: Sequence[KindDeletion], certificate: Certificate) -> None:
        """Remember."""
        self.purged.append((deletions, certificate))


@dataclass
class ReversingSigner:
    """Signs by reversing."""

    signing_key_id: str = "signing-1"

    def sign(self, message: bytes) -> bytes:
        """Return the message backwards."""
        return message[::-1]

    def check(self, message: bytes, signature: bytes) -> bool:
        """Say whether the signature is the message backwards."""
        return message[::-1] == signature


@dataclass
class ScriptedWork:
    """Does what it is told: returns outputs or raises."""

    result: StageResult | Exception = field(
        default_factory=lambda: StageResult((StageOutput(ArtifactKind.DRAFT, b"a draft"),))
    )
    tasks: list[StageTask] = field(default_factory=list)
    seen: list[dict[ArtifactKind, bytes]] = field(default_factory=list)
    stops: int = 0

    def run(self, task: StageTask, inputs: Inputs) -> StageResult:
        """Read the inputs in order, then do as told."""
        self.tasks.append(task)
        self.seen.append({kind: body.read() for kind, body in inputs.items()})
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def stop(self) -> None:
        """Count."""
        self.stops += 1
