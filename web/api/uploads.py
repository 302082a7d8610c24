"""Uploads in parts over HTTP: a ticket, parts with offset and checksum, and completion; each can be sent again."""

import base64
import binascii
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, Field

from pipeline.domain.account import Permission, Principal
from pipeline.domain.session import SessionId
from pipeline.errors import RequestInvalidError, UploadBusyError, UploadTooLargeError
from pipeline.ports.uploads import Ticket, Upload, UploadId
from pipeline.uploads import Uploads
from web.api.answers import Answer, Once, once
from web.api.shapes import STRICT, SessionIdText, Sha256, UploadShape, upload_shape
from web.api.streaming import RequestBody
from web.guard import require

_SUBMIT = require(Permission.SESSIONS_SUBMIT)
#: Each holds a thread while its sender sends.
_AT_ONCE = 8
_LARGEST_OFFSET = 2**53

ContentDigest = Annotated[
    str, Header(description="RFC 9530: `sha-256=:BASE64:` of this part.", max_length=256, examples=["sha-256=:…:"])
]
Offset = Annotated[int, Path(ge=0, le=_LARGEST_OFFSET)]


class TicketOrder(BaseModel):
    """What will be uploaded."""

    model_config = STRICT

    session_id: SessionIdText
    size_bytes: Annotated[int, Field(gt=0, le=_LARGEST_OFFSET)]
    sha256: Annotated[Sha256 | None, Field(description="Of the whole; checked on completion.")] = None


def uploads_router(uploads: Uploads) -> APIRouter:
    """Return ``/v1/uploads``."""
    router = APIRouter(prefix="/v1/uploads", tags=["uploads"])
    turns = threading.BoundedSemaphore(_AT_ONCE)

    @router.post("", status_code=201, response_model=UploadShape)
    def open_upload(
        principal: Annotated[Principal, _SUBMIT], order: TicketOrder, carry_out: Annotated[Once, Depends(once)]
    ) -> Response:
        """Open an upload for a registered session; refused without consent to keep its recording."""

        def work() -> Answer:
            ticket = Ticket(SessionId(order.session_id), order.size_bytes, order.sha256)
            upload = uploads.open(ticket, principal.name)
            return Answer(upload_shape(upload), 201, f"/v1/uploads/{upload.upload_id}")

        return carry_out(work)

    @router.head("/{upload_id}", response_class=Response)
    @router.get("/{upload_id}", response_model=UploadShape)
    def show(_principal: Annotated[Principal, _SUBMIT], upload_id: str) -> Response:
        """Say how far an upload has come: `Upload-Offset` is where to go on."""
        return _answer(uploads.ledger.upload(UploadId(upload_id)))

    @router.put("/{upload_id}/parts/{offset}", response_model=UploadShape, openapi_extra=_BYTES)
    def receive(
        request: Request,
        _principal: Annotated[Principal, _SUBMIT],
        upload_id: str,
        offset: Offset,
        content_digest: ContentDigest,
    ) -> Response:
        """Send the part that begins at this offset; it is kept whole, or not at all."""
        sha256 = _sha256(content_digest)
        _refuse_early(uploads.ledger.upload(UploadId(upload_id)), offset, request.headers.get("content-length"))
        with _turn(turns), RequestBody(request) as body:
            return _answer(uploads.receive(UploadId(upload_id), offset, body, sha256))

    @router.post("/{upload_id}/complete", response_model=UploadShape)
    def complete(principal: Annotated[Principal, _SUBMIT], upload_id: str) -> Response:
        """Make the parts the session's recording and open its first stage."""
        with _turn(turns):
            return _answer(uploads.complete(UploadId(upload_id), principal.name))

    @router.delete("/{upload_id}", status_code=204)
    def abandon(principal: Annotated[Principal, _SUBMIT], upload_id: str) -> None:
        """Give an upload up; what has come is deleted."""
        uploads.abandon(UploadId(upload_id), principal.name)

    return router


_BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _answer(upload: Upload) -> Response:
    headers = {"Upload-Offset": str(upload.received_bytes), "Upload-Length": str(upload.ticket.size_bytes)}
    return Response(upload_shape(upload).model_dump_json(), media_type="application/json", headers=headers)


def _sha256(content_digest: str) -> bytes:
    """Return the SHA-256 of a Content-Digest header."""
    fields = dict(each.strip().partition("=")[::2] for each in content_digest.split(","))
    value = fields.get("sha-256", "")
    try:
        digest = base64.b64decode(value.removeprefix(":").removesuffix(":"), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32 or not (value.startswith(":") and value.endswith(":")):  # noqa: PLR2004 - of SHA-256
        raise RequestInvalidError(where="Content-Digest")
    return digest


def _refuse_early(upload: Upload, offset: int, content_length: str | None) -> None:
    """Refuse what cannot fit before a byte of it is read."""
    room = upload.ticket.size_bytes - offset
    if content_length is not None and content_length.isdecimal() and int(content_length) > room:
        raise UploadTooLargeError(room_bytes=max(room, 0))


@contextmanager
def _turn(turns: threading.BoundedSemaphore) -> Iterator[None]:
    if not turns.acquire(blocking=False):
        raise UploadBusyError
    try:
        yield
    finally:
        turns.release()
