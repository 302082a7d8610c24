"""The routes of actions: a page that asks, an answer that is carried out, and what came of it."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.status import HTTP_200_OK, HTTP_303_SEE_OTHER

from pipeline.domain.account import Permission, Principal
from pipeline.domain.operating import Decision
from pipeline.domain.session import Stage
from pipeline.errors import PipelineError, RouteUnknownError
from web.guard import require
from web.ops.actions import (
    QUEUE_ACTIONS,
    RUN_ACTIONS,
    Action,
    Answered,
    Asked,
    Verb,
    matching,
    require_named,
    ring,
)
from web.ops.room import OpsRoom
from web.problems import status_of

#: Each change is audited with its own state, who and why; the page that asks changes nothing.
Operator = Annotated[Principal, require(Permission.RUNS_OPERATE, audited=False)]
Steerer = Annotated[Principal, require(Permission.QUEUES_OPERATE, audited=False)]
Question = Annotated[Asked, Query()]
Answer = Annotated[Answered, Form()]


def add_actions(router: APIRouter, room: OpsRoom) -> None:
    """Add a question and an answer for runs, and for queues and workers, each behind its own permission."""

    @router.get("/runs/act/{verb}")
    def ask_of_runs(verb: Verb, request: Request, principal: Operator, asked: Question) -> Response:
        """Ask whether something is to be done to runs, and why."""
        return _ask(room, request, principal, _action(RUN_ACTIONS, verb), asked)

    @router.post("/runs/act/{verb}")
    def act_on_runs(verb: Verb, request: Request, principal: Operator, answered: Answer) -> Response:
        """Do it."""
        return _act(room, request, principal, _action(RUN_ACTIONS, verb), answered)

    @router.get("/queues/act/{verb}")
    def ask_of_queues(verb: Verb, request: Request, principal: Steerer, asked: Question) -> Response:
        """Ask whether something is to be done to a stage or a worker, and why."""
        return _ask(room, request, principal, _action(QUEUE_ACTIONS, verb), asked)

    @router.post("/queues/act/{verb}")
    def act_on_queues(verb: Verb, request: Request, principal: Steerer, answered: Answer) -> Response:
        """Do it."""
        return _act(room, request, principal, _action(QUEUE_ACTIONS, verb), answered)


def _action(actions: Mapping[Verb, Action], verb: Verb) -> Action:
    if verb not in actions:
        raise RouteUnknownError
    return actions[verb]


def _ask(room: OpsRoom, request: Request, principal: Principal, action: Action, asked: Asked) -> Response:
    require_named(action, asked)
    return _question(room, request, principal, action, asked)


def _act(room: OpsRoom, request: Request, principal: Principal, action: Action, answered: Answered) -> Response:
    require_named(action, answered)
    try:
        ready = action.do(room.ledger, answered, Decision(principal.name, answered.reason.strip()))
    except PipelineError as error:
        return _question(room, request, principal, action, answered, error)
    ring(ready, room.doorbell.ring)
    room.feed.forget()
    where = f"/ops/sessions/{answered.session_id}" if answered.session_id else "/ops"
    done = {"done": _verb_of(action)}
    return RedirectResponse(f"{where}?{urlencode(done)}", HTTP_303_SEE_OTHER)


def _verb_of(action: Action) -> str:
    return next(verb for verb, known in {**RUN_ACTIONS, **QUEUE_ACTIONS}.items() if known is action)


def told(done: str) -> str:
    """Return what a page says of an action that was just done; nothing for what is none."""
    known = {**RUN_ACTIONS, **QUEUE_ACTIONS}
    return known[Verb(done)].done if done in set(Verb) else ""


def _question(
    room: OpsRoom,
    request: Request,
    principal: Principal,
    action: Action,
    asked: Asked,
    problem: PipelineError | None = None,
) -> Response:
    """Return the page that asks; after a refusal it says what was refused and where things stand now."""
    hidden = dict(asked.named)
    control = room.ledger.control(Stage(asked.stage)) if action.needs == ("stage",) else None
    if control is not None:
        # Where somebody else steers the stage meanwhile, the answer is refused and asked again.
        hidden["seen_revision"] = str(control.revision)
    values = {
        "action": action,
        "asked": asked,
        "hidden": hidden,
        "control": control,
        "matches": None if action.needs else matching(room.ledger, asked),
        "reason": asked.reason if isinstance(asked, Answered) else "",
        "problem": problem,
    }
    page = room.answer(request, principal, "confirm.html", here="", **values)
    page.status_code = HTTP_200_OK if problem is None else status_of(problem)
    return page
