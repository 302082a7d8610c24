"""Queues and stage runs over HTTP: counts, times and codes, and what an operator does to them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from config.wiring import Wiring
from pipeline.domain.account import Permission, Principal
from pipeline.domain.operating import Decision, QueueState
from pipeline.domain.session import RunId, Stage, StageStatus, parse_session_id
from pipeline.ports.queue_view import StageDepth
from web.api.answers import Answer, Once, etagged, once
from web.api.shapes import STRICT
from web.guard import require

_QUEUES = require(Permission.QUEUES_READ)
_STEER = require(Permission.QUEUES_OPERATE)
_OPERATE = require(Permission.RUNS_OPERATE)
_LARGEST = 64 * 1024

ReasonCode = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{1,63}$", description="Why, as a code: no words of a session.")
]
Deed = Literal["retried", "released", "discarded", "cancelled", "reordered"]
OnceOnly = Annotated[Once, Depends(once)]


class Why(BaseModel):
    """Why something is done."""

    model_config = STRICT

    reason: ReasonCode


class Steering(Why):
    """How a stage is to be steered, and on which state of it that was decided."""

    state: QueueState
    seen_revision: Annotated[int | None, Field(ge=0)] = None


class Priority(Why):
    """Another priority."""

    priority: Annotated[int, Field(ge=1, le=1000, description="Lower goes first.")]


class Done(BaseModel):
    """What was done, and to which runs."""

    done: Deed
    runs: list[str] = []
    sessions: list[str] = []


class QueueShape(BaseModel):
    """How much of a stage is in each state, and how it is steered."""

    stage: Stage
    state: QueueState
    revision: int
    runs: dict[StageStatus, int]
    delayed: int
    oldest_ready: datetime | None
    ready_audio_seconds: float
    running_audio_seconds: float
    succeeded_last_hour: int
    audio_seconds_last_hour: float


class Queues(BaseModel):
    """Every stage's queue."""

    queues: list[QueueShape]


def queues_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/queues``."""
    router = APIRouter(prefix="/v1/queues", tags=["queues"], max_body_size=_LARGEST)
    ledger = wiring.ledger

    @router.get("", response_model=Queues)
    def queues(request: Request, _principal: Annotated[Principal, _QUEUES]) -> Response:
        """Show every stage's queue."""
        return etagged(request, Queues(queues=[_queue(depth) for depth in ledger.stage_depths()]))

    @router.put("/{stage}/state", response_model=Queues)
    def steer(principal: Annotated[Principal, _STEER], stage: Stage, wanted: Steering, carry_out: OnceOnly) -> Response:
        """Pause, drain or reopen a stage on all machines; refused where somebody changed it since."""

        def work() -> Answer:
            ledger.steer(stage, wanted.state, decided(principal, wanted), wanted.seen_revision)
            return Answer(Queues(queues=[_queue(depth) for depth in ledger.stage_depths() if depth.stage is stage]))

        return carry_out(work)

    return router


def runs_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/runs``, and what is done to all runs of a session."""
    router = APIRouter(prefix="/v1", tags=["runs"], max_body_size=_LARGEST)
    ledger = wiring.ledger

    @router.post("/runs/{run_id}/retry", response_model=Done)
    def retry(principal: Annotated[Principal, _OPERATE], run_id: str, why: Why, carry_out: OnceOnly) -> Response:
        """Make a run that ended badly ready again, with fresh tries."""
        return carry_out(lambda: _operated("retried", ledger.retry_run, run_id, decided(principal, why)))

    @router.post("/runs/{run_id}/release", response_model=Done)
    def release(principal: Annotated[Principal, _OPERATE], run_id: str, why: Why, carry_out: OnceOnly) -> Response:
        """Make a quarantined run ready again."""
        return carry_out(lambda: _operated("released", ledger.release_quarantined, run_id, decided(principal, why)))

    @router.post("/runs/{run_id}/discard", response_model=Done)
    def discard(principal: Annotated[Principal, _OPERATE], run_id: str, why: Why, carry_out: OnceOnly) -> Response:
        """Set a run that ended badly aside for good."""
        return carry_out(lambda: _operated("discarded", ledger.discard, run_id, decided(principal, why)))

    @router.post("/sessions/{session_id}/cancel", response_model=Done)
    def cancel(principal: Annotated[Principal, _OPERATE], session_id: str, why: Why, carry_out: OnceOnly) -> Response:
        """End what is ready, runs or is awaited of a session; nothing is deleted."""

        def work() -> Answer:
            ended = ledger.cancel_session(parse_session_id(session_id), decided(principal, why))
            return Answer(Done(done="cancelled", runs=list(ended), sessions=[session_id]))

        return carry_out(work)

    @router.put("/sessions/{session_id}/priority", response_model=Done)
    def reorder(
        principal: Annotated[Principal, _OPERATE], session_id: str, wanted: Priority, carry_out: OnceOnly
    ) -> Response:
        """Give a session's open and later runs another priority."""

        def work() -> Answer:
            ledger.change_priority(parse_session_id(session_id), wanted.priority, decided(principal, wanted))
            return Answer(Done(done="reordered", sessions=[session_id]))

        return carry_out(work)

    return router


def _operated(done: Deed, operate: Callable[[RunId, Decision], object], run_id: str, decision: Decision) -> Answer:
    """Do something to a run; workers hear of it at their next look, within seconds."""
    operate(RunId(run_id), decision)
    return Answer(Done(done=done, runs=[run_id]))


def decided(principal: Principal, why: Why) -> Decision:
    """Return who decides, and why."""
    return Decision(principal.name, why.reason)


def _queue(depth: StageDepth) -> QueueShape:
    control = depth.control
    return QueueShape(
        stage=depth.stage,
        state=control.state,
        revision=control.revision,
        runs=dict(depth.runs),
        delayed=depth.delayed,
        oldest_ready=depth.oldest_ready,
        ready_audio_seconds=depth.ready_audio_seconds,
        running_audio_seconds=depth.running_audio_seconds,
        succeeded_last_hour=depth.succeeded_last_hour,
        audio_seconds_last_hour=depth.audio_seconds_last_hour,
    )
