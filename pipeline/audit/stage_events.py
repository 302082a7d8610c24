"""What can happen to a stage run; replaying these entries gives the state of every run."""

from dataclasses import dataclass

from pipeline.audit.events import ArtifactFact, EngineFact, Event, Stream
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import RunId, SessionId, Stage, WorkerId


@dataclass(frozen=True, slots=True)
class StageEvent(Event):
    """Something that happened to a stage run."""

    run_id: RunId
    session_id: SessionId
    stage: Stage
    generation: int
    attempt: int

    @property
    def stream(self) -> Stream:
        """Return the stage's own chain."""
        return Stream(self.stage.value)


@dataclass(frozen=True, slots=True)
class StageOpened(StageEvent):
    """A run was made ready for the first time."""


@dataclass(frozen=True, slots=True)
class StageStarted(StageEvent):
    """A worker took a run; consent up to this revision permitted it."""

    worker_id: WorkerId
    consent_rev: int


@dataclass(frozen=True, slots=True)
class StageSucceeded(StageEvent):
    """A run's result was committed."""

    artifacts: tuple[ArtifactFact, ...]
    engines: tuple[EngineFact, ...]
    counts: tuple[tuple[str, int], ...]
    audio_ms: int | None


@dataclass(frozen=True, slots=True)
class StageFailed(StageEvent):
    """A run raised; it is tried again or it is over."""

    reason_code: str
    error: str
    will_retry: bool


@dataclass(frozen=True, slots=True)
class StageRefused(StageEvent):
    """A rule forbade a run."""

    reason_code: str


@dataclass(frozen=True, slots=True)
class StageCrashed(StageEvent):
    """The process that ran the model died; the run is ready again."""

    crash_count: int


@dataclass(frozen=True, slots=True)
class LeaseExpired(StageEvent):
    """A worker was not heard of any more; the run is ready again."""

    worker_id: WorkerId
    crash_count: int


@dataclass(frozen=True, slots=True)
class StageQuarantined(StageEvent):
    """A run crashed too often and waits for a person."""

    reason_code: str
    crash_count: int


@dataclass(frozen=True, slots=True)
class StageReleased(StageEvent):
    """A worker gave a run back untried."""

    worker_id: WorkerId


@dataclass(frozen=True, slots=True)
class StageRetried(StageEvent):
    """A person made a run ready again."""

    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StageCancelled(StageEvent):
    """A person ended a run."""

    reason_code: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class StageReordered(StageEvent):
    """A person gave a run another priority."""

    priority: int
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class StageHeld(StageEvent):
    """A legal hold stopped a purge."""


@dataclass(frozen=True, slots=True)
class StageResumed(StageEvent):
    """The hold that stopped a purge was lifted."""


@dataclass(frozen=True, slots=True)
class KeysDestroyed(StageEvent):
    """Data keys were destroyed; from here on their artifacts cannot be read."""

    keys: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DeletionFact:
    """What a purge did to one kind."""

    kind: ArtifactKind
    keys_destroyed: int
    versions_deleted: int
    versions_found_after: int


@dataclass(frozen=True, slots=True)
class PurgeConfirmed(StageEvent):
    """Nothing of the kinds is left; the certificate says so."""

    deletions: tuple[DeletionFact, ...]
    certificate_id: str
