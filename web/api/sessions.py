"""Sessions over HTTP: registered, listed, looked at; never a word of what was said."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from config.wiring import Wiring
from pipeline.adapters.database.listing import Place, SessionFilter, SqlListing
from pipeline.domain.account import Permission, Principal
from pipeline.domain.consent import Participant, PersonRef
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import (
    Session,
    SessionId,
    SessionKind,
    Stage,
    StageStatus,
    new_session_id,
    parse_session_id,
)
from pipeline.errors import RequestInvalidError
from web.api.answers import Answer, Once, cursor_of, etagged, once, parse_cursor
from web.api.shapes import (
    STRICT,
    DecisionShape,
    Label,
    ParticipantShape,
    SessionIdText,
    SessionPage,
    SessionShape,
    consents_of,
    session_shape,
)
from web.guard import require

_LARGEST = 1024 * 1024
_READ = require(Permission.SESSIONS_READ)
_SUBMIT = require(Permission.SESSIONS_SUBMIT)


class Registration(BaseModel):
    """A session ahead of its recording: who takes part, and what each decided."""

    model_config = STRICT

    session_id: SessionIdText | None = None
    kind: SessionKind = SessionKind.RECORDED
    note_format: NoteFormat | None = None
    jurisdiction: Label | None = None
    priority: Annotated[int, Field(ge=1, le=1000, description="Lower goes first.")] = 100
    voices: Annotated[int | None, Field(ge=1, le=20, description="How many voices to expect.")] = None
    participants: Annotated[list[ParticipantShape], Field(min_length=1, max_length=20)]
    consents: Annotated[list[DecisionShape], Field(max_length=100)] = []


class Which(BaseModel):
    """Which sessions of the list."""

    model_config = STRICT

    kind: SessionKind | None = None
    stage: Stage | None = None
    status: StageStatus | None = None
    reason_code: Annotated[str | None, Field(pattern=r"^[a-z_]{1,64}$")] = None
    since: datetime | None = None
    until: datetime | None = None
    held: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=256)] = None


def sessions_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/sessions``."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"], max_body_size=_LARGEST)
    listing = SqlListing(wiring.ledger.database)

    @router.get("", response_model=SessionPage)
    def sessions(
        request: Request, _principal: Annotated[Principal, _READ], which: Annotated[Which, Query()]
    ) -> Response:
        """List sessions, the newest first."""
        rows = listing.sessions(_filter(which), _place(which.cursor), which.limit + 1)
        shown = [session_shape(row) for row in rows[: which.limit]]
        more = len(rows) > which.limit
        cursor = cursor_of(shown[-1].submitted_at.isoformat(), shown[-1].session_id) if more else None
        return etagged(request, SessionPage(sessions=shown, next_cursor=cursor))

    @router.get("/{session_id}", response_model=SessionShape)
    def session(request: Request, _principal: Annotated[Principal, _READ], session_id: str) -> Response:
        """Show where a session stands."""
        return etagged(request, session_shape(wiring.ledger.session(parse_session_id(session_id))))

    @router.post("", status_code=201, response_model=SessionShape)
    def register(
        principal: Annotated[Principal, _SUBMIT], wanted: Registration, carry_out: Annotated[Once, Depends(once)]
    ) -> Response:
        """Register a session and record what its participants decided; its recording is uploaded next."""
        return carry_out(lambda: _register(wiring, wanted, principal))

    return router


def _register(wiring: Wiring, wanted: Registration, principal: Principal) -> Answer:
    session_id = SessionId(wanted.session_id) if wanted.session_id else new_session_id()
    people = tuple(Participant(PersonRef(each.person), each.role) for each in wanted.participants)
    decisions = consents_of(wanted.consents, session_id)
    session = Session(
        session_id,
        wanted.kind,
        wanted.note_format or NoteFormat(wiring.settings.note_format),
        wanted.jurisdiction or wiring.settings.jurisdiction,
        wiring.clock.now(),
        wanted.priority,
    )
    if decisions:
        wiring.ledger.record_consents(decisions, principal.name)
    wiring.ledger.expect_session(session, people, wiring.policy, wanted.voices)
    shape = session_shape(wiring.ledger.session(session_id))
    return Answer(shape, 201, f"/v1/sessions/{session_id}")


def _filter(which: Which) -> SessionFilter:
    return SessionFilter(
        which.kind, which.stage, which.status, which.reason_code, _aware(which.since), _aware(which.until), which.held
    )


def _aware(moment: datetime | None) -> datetime | None:
    """Return the moment; one without a time zone is UTC."""
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    submitted_at, session_id = parse_cursor(cursor, str, str)
    try:
        return Place(datetime.fromisoformat(str(submitted_at)).astimezone(UTC), SessionId(str(session_id)))
    except (ValueError, OverflowError):
        raise RequestInvalidError(where="cursor") from None
