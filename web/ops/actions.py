"""What operators may do, each asked before it is done, and done with who and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain.operating import Decision, QueueState, RunFilter
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId
from pipeline.errors import OperationConflictError, RequestInvalidError
from pipeline.ports.operations import OperatorLedger, Ready
from pipeline.ports.queue_view import QueueView

_Named = Annotated[str, Field(max_length=128)]
_LEAST, _MOST = 0, 1000
_BADLY = (StageStatus.FAILED, StageStatus.QUARANTINED)


class Operated(OperatorLedger, QueueView, Protocol):
    """A ledger that can be looked at and operated."""


class Verb(StrEnum):
    """What is to be done."""

    RETRY = "retry"
    RETRY_ALL = "retry-all"
    RELEASE = "release"
    DISCARD = "discard"
    PRIORITY = "priority"
    CANCEL = "cancel"
    PAUSE = "pause"
    DRAIN = "drain"
    RESUME = "resume"
    DRAIN_WORKER = "drain-worker"
    RESUME_WORKER = "resume-worker"


class Asked(BaseModel):
    """What an action is asked of; what is empty was not named."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    run_id: _Named = ""
    session_id: _Named = ""
    stage: _Named = ""
    status: _Named = ""
    reason_code: _Named = ""
    worker_id: _Named = ""
    priority: int | None = None
    seen_revision: int | None = None

    @property
    def named(self) -> Mapping[str, str]:
        """Return what was named, to be sent along with the answer."""
        fields = ("run_id", "session_id", "stage", "status", "reason_code", "worker_id")
        return {name: getattr(self, name) for name in fields if getattr(self, name)}

    @property
    def filter(self) -> RunFilter:
        """Return which runs that ended badly are meant."""
        statuses = (StageStatus(self.status),) if self.status else _BADLY
        return RunFilter(Stage(self.stage) if self.stage else None, self.reason_code or None, statuses=statuses)


class Answered(Asked):
    """What an operator confirms: the same, and why."""

    reason: _Named


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    title: str
    #: What will happen, in a sentence or two.
    says: str
    #: What an operator must name for it.
    needs: tuple[str, ...]
    do: Callable[[Operated, Asked, Decision], Ready]
    done: str
    #: Codes that are often the reason.
    reasons: tuple[str, ...]
    is_grave: bool = False


def _retry(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ledger.retry_run(RunId(asked.run_id), decision)
    return ()


def _retry_all(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ready = ledger.retry_matching(asked.filter, decision)
    if not ready:
        raise OperationConflictError(state="nothing matches")
    return ready


def _release(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ledger.release_quarantined(RunId(asked.run_id), decision)
    return ()


def _discard(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ledger.discard(RunId(asked.run_id), decision)
    return ()


def _change_priority(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    if asked.priority is None or not _LEAST <= asked.priority <= _MOST:
        raise RequestInvalidError(where="priority")
    ledger.change_priority(SessionId(asked.session_id), asked.priority, decision)
    return ()


def _cancel(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ledger.cancel_session(SessionId(asked.session_id), decision)
    return ()


def _steered(state: QueueState) -> Callable[[Operated, Asked, Decision], Ready]:
    def steer(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
        ledger.steer(Stage(asked.stage), state, decision, asked.seen_revision)
        return ()

    return steer


def _drain_worker(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ledger.drain_worker(WorkerId(asked.worker_id), decision)
    return ()


def _resume_worker(ledger: Operated, asked: Asked, decision: Decision) -> Ready:
    ledger.resume_worker(WorkerId(asked.worker_id), decision)
    return ()


_MENDED = ("engine-upgrade", "disk-freed", "model-server-back", "settings-corrected")
_MISTAKEN = ("handed-in-by-mistake", "duplicate")
_UPKEEP = ("maintenance", "engine-upgrade", "incident", "machine-hot")

RUN_ACTIONS: Mapping[Verb, Action] = {
    Verb.RETRY: Action(
        "Retry one run", "The run is made ready again, with fresh tries.", ("run_id",), _retry,
        "The run is ready again.", _MENDED,
    ),
    Verb.RETRY_ALL: Action(
        "Retry all that match", "Each of these runs is made ready again, with fresh tries.", (), _retry_all,
        "They are ready again.", _MENDED,
    ),
    Verb.RELEASE: Action(
        "Release from quarantine",
        "Workers or model processes died on this run, again and again. It is made ready again, with fresh tries.",
        ("run_id",), _release, "The run is ready again.", _MENDED,
    ),
    Verb.DISCARD: Action(
        "Discard a run",
        "The run is set aside for good and no note comes of it. Nothing is deleted: its retention clocks go on.",
        ("run_id",), _discard, "The run is set aside.", ("recording-unusable", *_MISTAKEN), is_grave=True,
    ),
    Verb.PRIORITY: Action(
        "Change priority", "Open and later runs of this session get the priority. A lower number goes first.",
        ("session_id",), _change_priority, "The priority is changed.", ("urgent", "morning-appointment", "backlog"),
    ),
    Verb.CANCEL: Action(
        "Cancel a session",
        "What is ready or runs is ended and no note comes of it. Nothing is deleted: its retention clocks go on. "
        "Where its recording has not come, its uploads end and its batch waits for it no more.",
        ("session_id",), _cancel, "The session is cancelled.", _MISTAKEN, is_grave=True,
    ),
}  # fmt: skip

QUEUE_ACTIONS: Mapping[Verb, Action] = {
    Verb.PAUSE: Action(
        "Pause a stage", "Nothing more of this stage starts, on any machine. Runs in progress finish.", ("stage",),
        _steered(QueueState.PAUSED), "The stage is paused.", _UPKEEP,
    ),
    Verb.DRAIN: Action(
        "Drain a stage", "What is ready now is worked off; what comes later waits.", ("stage",),
        _steered(QueueState.DRAINING), "The stage drains.", _UPKEEP,
    ),
    Verb.RESUME: Action(
        "Resume a stage", "Workers take up this stage's work again.", ("stage",), _steered(QueueState.OPEN),
        "The stage is open again.", ("maintenance-done", "incident-closed"),
    ),
    Verb.DRAIN_WORKER: Action(
        "Drain a worker", "The worker finishes its run and takes no other. It goes on living and can be resumed.",
        ("worker_id",), _drain_worker, "The worker takes no further run.", _UPKEEP,
    ),
    Verb.RESUME_WORKER: Action(
        "Resume a worker", "The worker takes runs again.", ("worker_id",), _resume_worker,
        "The worker takes runs again.", ("maintenance-done", "incident-closed"),
    ),
}  # fmt: skip


def require_named(action: Action, asked: Asked) -> None:
    """Raise ``RequestInvalidError`` where something is not named, or is none of what there is."""
    missing = [name for name in action.needs if not getattr(asked, name)]
    known = {"stage": Stage, "status": StageStatus}
    wrong = [name for name, kind in known.items() if getattr(asked, name) and getattr(asked, name) not in set(kind)]
    if missing or wrong:
        raise RequestInvalidError(where=(missing + wrong)[0])


def matching(ledger: QueueView, asked: Asked) -> int:
    """Return how many runs an action on all that match would touch now."""
    which = asked.filter
    return sum(
        group.runs
        for group in ledger.failure_groups()
        if group.status in which.statuses
        and which.stage in {None, group.stage}
        and which.reason_code in {None, group.reason_code}
    )


def ring(ready: Sequence[tuple[Stage, RunId]], doorbell: Callable[[Stage, RunId], object]) -> None:
    """Ring for what is ready now; a ring that is lost is made good by the workers' own looking."""
    for stage, run_id in ready:
        doorbell(stage, run_id)
