"""Consent over HTTP: recorded, withdrawn, shown; appended and never changed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from config.wiring import Wiring
from pipeline.domain.account import Permission, Principal
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.session import SessionId, parse_session_id
from web.api.answers import Answer, Once, etagged, once
from web.api.shapes import (
    STRICT,
    DecisionShape,
    Reference,
    SessionConsents,
    SessionIdText,
    consent_shape,
    consents_of,
    participant_shape,
)
from web.guard import require

_READ = require(Permission.CONSENTS_READ)
_WRITE = require(Permission.CONSENTS_WRITE)
_LARGEST = 1024 * 1024


class Decisions(BaseModel):
    """What people decided; without a session, for every session of theirs."""

    model_config = STRICT

    session_id: SessionIdText | None = None
    consents: Annotated[list[DecisionShape], Field(min_length=1, max_length=200)]


class Withdrawal(BaseModel):
    """Who takes which consent back; without purposes all, without a session for all of theirs."""

    model_config = STRICT

    person: Reference
    purposes: Annotated[list[Purpose], Field(max_length=len(Purpose))] = []
    session_id: SessionIdText | None = None


class Recorded(BaseModel):
    """The newest revision."""

    rev: int


class Withdrawn(BaseModel):
    """The sessions that were stopped, and whose artifacts are due for deletion now."""

    sessions: list[str]


def consents_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/consents`` and a session's own."""
    router = APIRouter(prefix="/v1", tags=["consents"], max_body_size=_LARGEST)

    @router.get("/sessions/{session_id}/consents", response_model=SessionConsents)
    def show(request: Request, _principal: Annotated[Principal, _READ], session_id: str) -> Response:
        """Show who takes part in a session and what each decided."""
        known = wiring.ledger.session(parse_session_id(session_id)).session.session_id
        people, decisions = wiring.ledger.consents(known)
        shape = SessionConsents(
            participants=[participant_shape(each) for each in people], decisions=[consent_shape(c) for c in decisions]
        )
        return etagged(request, shape)

    @router.post("/consents", status_code=201, response_model=Recorded)
    def record(
        principal: Annotated[Principal, _WRITE], decided: Decisions, carry_out: Annotated[Once, Depends(once)]
    ) -> Response:
        """Record decisions; a denial stops what is ready or runs."""

        def work() -> Answer:
            session_id = SessionId(decided.session_id) if decided.session_id else None
            decisions = consents_of(decided.consents, session_id)
            return Answer(Recorded(rev=wiring.ledger.record_consents(decisions, principal.name)), 201)

        return carry_out(work)

    @router.post("/consents/withdrawals", status_code=201, response_model=Withdrawn)
    def withdraw(
        principal: Annotated[Principal, _WRITE], wanted: Withdrawal, carry_out: Annotated[Once, Depends(once)]
    ) -> Response:
        """Withdraw: what runs is stopped, uploads end, and what was made is deleted."""

        def work() -> Answer:
            session_id = SessionId(wanted.session_id) if wanted.session_id else None
            purposes = tuple(wanted.purposes or Purpose)
            touched = wiring.ledger.withdraw(PersonRef(wanted.person), purposes, session_id, principal.name)
            return Answer(Withdrawn(sessions=list(touched)), 201)

        return carry_out(work)

    return router
