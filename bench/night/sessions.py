"""An evening's sessions and the workers of a night, drawn at random from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from pipeline.domain.artifact import ArtifactKind, DataKey, KeyId, StoredArtifact, object_key
from pipeline.domain.consent import Consent, ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.note import NoteFormat
from pipeline.domain.retention import RetentionPolicy, RetentionRule, RetentionTrigger
from pipeline.domain.session import Session, SessionId, SessionKind, Stage, WorkerId

PEOPLE = (
    Participant(PersonRef("person-client"), ParticipantRole.CLIENT),
    Participant(PersonRef("person-clinician"), ParticipantRole.CLINICIAN),
)
POLICY = RetentionPolicy(
    "policy-simulated",
    tuple(RetentionRule(kind, RetentionTrigger.SIGNED, timedelta(days=30), basis="simulated") for kind in ArtifactKind),
)
CLINICIANS = 400
_MINUTES = 50
#: Recordings end early or late; a session's talk is easier or harder to recognise; machines are not alike.
_LENGTH_SPREAD, _WORK_SPREAD, _MACHINE_SPREAD = 0.1, 0.2, 0.15
#: How much faster than transcription the later stages are.
_FASTER = {Stage.TRANSCRIBE: 1.0, Stage.DRAFT: 30.0, Stage.VERIFY: 20.0}


@dataclass
class SimulatedWorker:
    """A worker of one stage, with a speed of its own."""

    worker_id: WorkerId
    stage: Stage
    speed: float
    alive: bool = True
    busy: bool = False


@dataclass(frozen=True)
class Evening:
    """What is handed in, and who is there to do it."""

    seed: int
    sessions: int = 3200
    workers: int = 38
    #: Seconds of sound a transcribing worker gets through in a second.
    speed: float = 8.0
    chance: Random = field(default_factory=Random)

    def fleet(self) -> list[SimulatedWorker]:
        """Return the workers, fewer for the stages that are fast."""
        few = max(1, self.workers // 8)
        counts = {Stage.TRANSCRIBE: self.workers, Stage.DRAFT: few, Stage.VERIFY: few}
        return [
            SimulatedWorker(WorkerId(f"sim-{stage}-{number:03}"), stage, self._speed(stage))
            for stage, count in counts.items()
            for number in range(count)
        ]

    def recordings(self, at: datetime) -> Iterator[tuple[Session, float]]:
        """Yield the sessions, each with its length in seconds; the header of some says nothing."""
        for number in range(self.sessions):
            seconds = 60 * _MINUTES * self.chance.lognormvariate(0, _LENGTH_SPREAD)
            session = Session(
                SessionId(f"sim-{self.seed}-{number:06}"),
                SessionKind.RECORDED,
                NoteFormat.DAP,
                "US",
                at,
                clinician=f"clinician-{self.chance.randrange(CLINICIANS)}",
                expected_seconds=seconds if self.chance.random() < 0.5 else None,
            )
            yield session, seconds

    def work_seconds(self, worker: SimulatedWorker, audio: float) -> float:
        """Return how long this worker takes for so much sound, this time."""
        return audio / worker.speed * self.chance.lognormvariate(0, _WORK_SPREAD)

    def _speed(self, stage: Stage) -> float:
        return self.speed * _FASTER[stage] * self.chance.lognormvariate(0, _MACHINE_SPREAD)


def seeded(evening: Evening) -> Evening:
    """Return the evening with its chance set to its seed."""
    return replace(evening, chance=Random(evening.seed))  # noqa: S311 - a simulation


def consents(since: datetime) -> tuple[Consent, ...]:
    """Return everyone's permission for everything."""
    return tuple(
        Consent(person.person, purpose, ConsentDecision.PERMIT, since, form_version="simulated")
        for person in PEOPLE
        for purpose in Purpose
    )


def stored(session_id: SessionId, kind: ArtifactKind, attempt: int, size: int, key: DataKey | None) -> StoredArtifact:
    """Return an artifact that no store holds."""
    key = key or DataKey(KeyId(f"key-{session_id}-{kind}-{attempt}"), b"wrapped", "wrapping-simulated")
    digest = f"{abs(hash((session_id, kind, attempt))):064x}"
    return StoredArtifact(
        session_id, kind, attempt, object_key(session_id, kind, key.key_id, attempt), key, digest, size
    )
