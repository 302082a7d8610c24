"""A session's own vocabulary over HTTP, ahead of its recording; it is taken in and never shown."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pipeline.domain.account import Permission, Principal
from pipeline.domain.documents.vocabulary import MOST_NAMES, names_from_list
from pipeline.domain.session import parse_session_id
from pipeline.vocabularies import Vocabularies
from web.api.shapes import STRICT
from web.guard import require

_SUBMIT = require(Permission.SESSIONS_SUBMIT)
_LARGEST = 128 * 1024


class Names(BaseModel):
    """Names that may come up: what the client takes, people, places."""

    model_config = STRICT

    names: Annotated[
        list[str],
        Field(description=f"At most {MOST_NAMES}, of at most 60 characters each. None at all removes what was given."),
    ]


def vocabularies_router(vocabularies: Vocabularies) -> APIRouter:
    """Return ``PUT /v1/sessions/{session_id}/vocabulary``."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"], max_body_size=_LARGEST)

    @router.put("/{session_id}/vocabulary", status_code=204)
    def keep(principal: Annotated[Principal, _SUBMIT], session_id: str, given: Names) -> None:
        """Give the names to listen for, before the recording comes, in place of those given before."""
        vocabularies.keep(parse_session_id(session_id), names_from_list(given.names), principal.name)

    return router
