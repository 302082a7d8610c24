"""What every answer of the interface has in common: sent again alike, told apart by an ETag, paged by a cursor."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel

from pipeline.adapters.database.requests import GivenAnswer, KnownRequest, SqlRequests
from pipeline.errors import PipelineError, RequestInvalidError
from web.problems import problem_response

_JSON = "application/json"

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=8,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Sent again with the same request, the same answer comes back and nothing is done twice.",
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered."""

    body: BaseModel
    status: int = 200
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """Carries a request out once, where it has an idempotency key; where it has none, every time it comes."""

    requests: SqlRequests
    request: Request
    key: str | None
    digest: str

    def __call__(self, work: Callable[[], Answer]) -> Response:
        """Return the answer, kept or new; what failed for a passing reason may be sent again."""
        if self.key is None:
            return _response(_given(work()))
        known = KnownRequest(self.request.state.principal.account_id, self.key, self.digest)
        before = self.requests.begin(known)
        if before is not None:
            return _response(before, replayed=True)
        try:
            answer = _given(work())
        except BaseException as error:
            self._keep_failure(known, error)
            raise
        self.requests.answer(known, answer)
        return _response(answer)

    def _keep_failure(self, known: KnownRequest, error: BaseException) -> None:
        """Keep a refusal as the answer; let anything else be tried again."""
        refusal = problem_response(error) if isinstance(error, PipelineError) else None
        if refusal is None or refusal.status_code >= 500:  # noqa: PLR2004 - the server's own trouble
            self.requests.give_up(known)
        else:
            self.requests.answer(known, GivenAnswer(refusal.status_code, bytes(refusal.body).decode()))


async def once(request: Request, idempotency_key: IdempotencyKey = None) -> Once:
    """Return what carries this request out once."""
    body = await request.body() if idempotency_key is not None else b""
    named = f"{request.method} {request.url.path}\n".encode()
    return Once(request.app.state.requests, request, idempotency_key, hashlib.sha256(named + body).hexdigest())


def etagged(request: Request, body: BaseModel) -> Response:
    """Return the body with an ETag, or 304 where the client has it already."""
    content = body.model_dump_json().encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    # Kept by the client alone, and asked for again each time.
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_JSON, headers=headers)


def cursor_of(*parts: str | int) -> str:
    """Return an opaque place in a list."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parse_cursor(cursor: str, *kinds: type) -> tuple[object, ...]:
    """Return the place; raise ``RequestInvalidError`` for what is none of ours."""
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError:
        raise RequestInvalidError(where="cursor") from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise RequestInvalidError(where="cursor")
    return tuple(parts)


def _given(answer: Answer) -> GivenAnswer:
    return GivenAnswer(answer.status, answer.body.model_dump_json(), answer.location)


def _response(answer: GivenAnswer, *, replayed: bool = False) -> Response:
    headers = {} if answer.location is None else {"Location": answer.location}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    media_type = _JSON if answer.status < 400 else "application/problem+json"  # noqa: PLR2004 - a refusal
    return Response(answer.body, answer.status, headers, media_type)
