"""Transcripts that were written elsewhere, handed in over HTTP in place of a recording."""

import io
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from config.wiring import Wiring
from pipeline.adapters.formats import IMPORT_FORMATS, read_transcript
from pipeline.domain.account import Permission, Principal
from pipeline.domain.documents.encoding import text_of
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.session import SessionKind, parse_session_id
from pipeline.errors import RequestInvalidError, RequestTooLargeError, TranscriptInvalidError
from pipeline.intake import Intake, Submission
from web.api.shapes import SessionShape, session_shape
from web.api.streaming import RequestBody
from web.guard import require

_SUBMIT = require(Permission.SESSIONS_SUBMIT)
_LARGEST = 20 * 1024 * 1024
_TEXT = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/plain", "text/vtt", "application/json")},
    }
}


def transcripts_router(wiring: Wiring, intake: Intake) -> APIRouter:
    """Return ``PUT /v1/sessions/{session_id}/transcript``."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

    @router.put("/{session_id}/transcript", status_code=201, response_model=SessionShape, openapi_extra=_TEXT)
    def hand_in(
        request: Request,
        principal: Annotated[Principal, _SUBMIT],
        session_id: str,
        transcript_format: Annotated[str, Query(alias="format", pattern="^[a-z]{2,8}$")],
    ) -> Response:
        """Hand in the transcript of a registered session of kind `imported`; the same one again changes nothing."""
        expected = wiring.ledger.expected(parse_session_id(session_id))
        if expected.session.kind is not SessionKind.IMPORTED:
            raise RequestInvalidError(where="kind")
        transcript = _read(request, transcript_format)
        submission = Submission(
            expected.session, expected.participants, expected.policy, voices=expected.voices, actor=principal.name
        )
        intake.accept(submission, io.BytesIO(transcript))
        shape = session_shape(wiring.ledger.session(expected.session.session_id))
        return Response(shape.model_dump_json(), 201, media_type="application/json")

    return router


def _read(request: Request, name: str) -> bytes:
    """Return the transcript in our own form; raise what is wrong with it, by line and never by its words."""
    if name not in IMPORT_FORMATS:
        raise TranscriptInvalidError(where="format")
    with io.BufferedReader(RequestBody(request)) as reader:
        body = reader.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise RequestTooLargeError(limit_bytes=_LARGEST)
    try:
        text = text_of(body)
    except UnicodeDecodeError:
        raise TranscriptInvalidError(where="the encoding", problem="send UTF-8") from None
    return transcript_bytes(read_transcript(name, text))
