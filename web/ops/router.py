"""The dashboard's pages: the night, lists of runs, one session's story."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.status import HTTP_303_SEE_OTHER

from pipeline.audit.replay import replay
from pipeline.domain.account import Permission, Principal
from pipeline.domain.session import RunId, Stage, StageStatus, parse_session_id
from pipeline.errors import PipelineError, RequestInvalidError
from pipeline.ports.promises import ListedRun, RunQuery
from web.guard import require
from web.ops.acting import add_actions, told
from web.ops.room import OpsRoom
from web.ops.story import story_of
from web.ops.stream import MEDIA_TYPE, events
from web.ops.view import view_of

_PAGE = 50
Watcher = Annotated[Principal, require(Permission.QUEUES_READ)]
Reader = Annotated[Principal, require(Permission.SESSIONS_READ)]
#: The action that led here; what names none is not shown.
Done = Annotated[str, Query(max_length=32)]


def ops_router(room: OpsRoom) -> APIRouter:
    """Return the routes under ``/ops``."""
    router = APIRouter(prefix="/ops", include_in_schema=False)
    _add_night(router, room)
    _add_runs(router, room)
    _add_sessions(router, room)
    add_actions(router, room)
    return router


def _add_night(router: APIRouter, room: OpsRoom) -> None:
    @router.get("")
    def night(request: Request, principal: Watcher, done: Done = "") -> Response:
        """Show every queue."""
        sight = room.feed.sight()
        view = None if sight.snapshot is None else view_of(sight.snapshot)
        since = sight.failing_since
        values = {"view": view, "failing_since": since, "told": told(done)}
        return room.answer(request, principal, "dashboard.html", here="/ops", **values)

    @router.get("/live")
    async def live(
        request: Request,
        principal: Annotated[Principal, require(Permission.QUEUES_READ, counts_as_use=False, audited=False)],
    ) -> Response:
        """Send what changes while a page is open; being sent something is no use, so an idle viewer is logged off."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(events(room, request, principal), media_type=MEDIA_TYPE, headers=headers)


def _add_runs(router: APIRouter, room: OpsRoom) -> None:
    @router.get("/runs")
    def runs(
        request: Request,
        principal: Reader,
        status: StageStatus = StageStatus.FAILED,
        stage: Annotated[str, Query(max_length=32)] = "",
        reason_code: Annotated[str, Query(max_length=64)] = "",
        after: Annotated[str, Query(max_length=160)] = "",
    ) -> Response:
        """List runs in one state."""
        if stage and stage not in set(Stage):
            raise RequestInvalidError(where="stage")
        chosen = Stage(stage) if stage else None
        query = RunQuery(status, chosen, reason_code or None, _cursor(after), _PAGE + 1)
        found = room.looked.runs(query)
        values = {"query": query, "all_states": tuple(StageStatus), "all_stages": tuple(Stage)}
        following = _cursor_of(found[_PAGE - 1]) if len(found) > _PAGE else ""
        return room.answer(
            request, principal, "runs.html", here="/ops/runs", runs=found[:_PAGE], following=following, **values
        )


def _add_sessions(router: APIRouter, room: OpsRoom) -> None:
    @router.get("/sessions")
    def find(request: Request, principal: Reader, session_id: Annotated[str, Query(max_length=64)] = "") -> Response:
        """Ask for a session's id, and lead to its story."""
        problem = None
        if session_id:
            try:
                known = room.session(parse_session_id(session_id.strip())).session.session_id
                return RedirectResponse(f"/ops/sessions/{known}", HTTP_303_SEE_OTHER)
            except PipelineError as error:
                problem = error
        return room.answer(request, principal, "find.html", here="/ops/sessions", problem=problem)

    @router.get("/sessions/{session_id}")
    def session(session_id: str, request: Request, principal: Reader, done: Done = "") -> Response:
        """Show one session's story, rebuilt from the audit log alone, beside what the ledger says."""
        known = parse_session_id(session_id)
        row = room.session(known)
        story = story_of(replay(known, room.looked.session_entries(known)), row, room.clock.now())
        values = {"row": row, "story": story, "told": told(done)}
        return room.answer(request, principal, "session.html", here="/ops/sessions", **values)


def _cursor(text: str) -> tuple[datetime, RunId] | None:
    """Return where a list goes on; raise ``RequestInvalidError`` for what no list of ours gave out."""
    if not text:
        return None
    at, _, run_id = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise RequestInvalidError(where="after") from None
    if moment.tzinfo is None or not run_id:
        raise RequestInvalidError(where="after")
    return moment, RunId(run_id)


def _cursor_of(run: ListedRun) -> str:
    return f"{run.since.isoformat()}~{run.run_id}"
