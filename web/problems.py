"""Failures as RFC 9457 problem details: our reason code and sentence, ids and counts, and nothing that was sent."""

from collections.abc import Mapping
from math import ceil

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from config.places import place_of
from pipeline.errors import (
    AccessError,
    AccountExistsError,
    AccountUnknownError,
    ArrivalUnknownError,
    BatchInvalidError,
    BatchUnknownError,
    NotSignedInError,
    OperationConflictError,
    PersonUnknownError,
    PipelineError,
    RateLimitedError,
    RecordingTooLargeError,
    RefusedError,
    RequestInProgressError,
    RequestInvalidError,
    RequestTooLargeError,
    RetryImpossibleError,
    RouteUnknownError,
    RunUnknownError,
    SessionConflictError,
    SessionUnknownError,
    SignInRefusedError,
    TokenUnknownError,
    TooManyTriesError,
    TransientError,
    UploadClosedError,
    UploadIncompleteError,
    UploadOffsetError,
    UploadTooLargeError,
    UploadUnknownError,
    WebhookUnknownError,
    WorkerUnknownError,
)
from web.pages.trouble import trouble_page, wants_page

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 5
#: What a page says of a failure beside its text.
_KEPT = frozenset({"retry-after", "www-authenticate", "allow"})

#: What the framework refuses by itself.
_FRAMEWORK: Mapping[int, type[PipelineError]] = {
    404: RouteUnknownError,
    405: RouteUnknownError,
    413: RequestTooLargeError,
}

#: The first that fits, so the narrower stand before the wider.
_STATUS: tuple[tuple[type[PipelineError], int], ...] = (
    (NotSignedInError, 401),
    (SignInRefusedError, 401),
    (TooManyTriesError, 429),
    (AccessError, 403),
    (RefusedError, 409),
    (RouteUnknownError, 404),
    (RequestTooLargeError, 413),
    (UploadTooLargeError, 413),
    (RecordingTooLargeError, 413),
    (UploadUnknownError, 404),
    (BatchUnknownError, 404),
    (WebhookUnknownError, 404),
    (WorkerUnknownError, 404),
    (UploadOffsetError, 409),
    (UploadClosedError, 409),
    (UploadIncompleteError, 409),
    (OperationConflictError, 409),
    (RequestInProgressError, 409),
    (RateLimitedError, 429),
    (SessionUnknownError, 404),
    (PersonUnknownError, 404),
    (RunUnknownError, 404),
    (ArrivalUnknownError, 404),
    (TokenUnknownError, 404),
    (AccountUnknownError, 404),
    (SessionConflictError, 409),
    (RetryImpossibleError, 409),
    (AccountExistsError, 409),
    (TransientError, 503),
    (RequestInvalidError, 422),
)


def status_of(error: PipelineError) -> int:
    """Return the HTTP status of a failure; what is wrong with a request's content is 422."""
    if error.reason_code == PipelineError.reason_code:
        return 500
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


def problem_response(error: PipelineError, *, status: int | None = None, **more: object) -> JSONResponse:
    """Return the failure as a problem document."""
    status = status or status_of(error)
    if isinstance(error, BatchInvalidError):
        more = {**more, "errors": [{"row": str(e.row), "where": e.where, "problem": e.problem} for e in error.wrong]}
    body = {
        "type": f"urn:nightscribe:reason:{error.reason_code}",
        "title": error.sentence,
        "status": status,
        "reason_code": error.reason_code,
        **({"facts": error.facts} if error.facts else {}),
        **more,
    }
    return JSONResponse(body, status, _headers(error, status), MEDIA_TYPE)


def on_pipeline_error(request: Request, error: Exception) -> Response:
    """Answer with what a part of Nightscribe raised."""
    if not isinstance(error, PipelineError):
        log.error("request_failed", error=type(error).__name__, where=place_of(error))
    known = error if isinstance(error, PipelineError) else PipelineError()
    return _answered(request, known, problem_response(known))


def on_invalid_request(request: Request, error: Exception) -> Response:
    """Name the fields that are wrong and what is wrong with each; never what was in them."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    wrong = [{"where": ".".join(_place(part) for part in each["loc"]), "problem": each["type"]} for each in found]
    known = RequestInvalidError()
    return _answered(request, known, problem_response(known, errors=wrong))


def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer for what the framework refuses by itself: an unknown address, a wrong method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    kept = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    known = _FRAMEWORK.get(status, RequestInvalidError)()
    answer = problem_response(known, status=status)
    answer.headers.update(kept)
    return _answered(request, known, answer)


def _answered(request: Request, error: PipelineError, answer: Response) -> Response:
    """Return the problem document, or for a browser a page that says the same in plain words."""
    if not wants_page(request):
        return answer
    page = trouble_page(request, error, answer.status_code)
    kept = {name: value for name, value in answer.headers.items() if name in _KEPT}
    page.headers.update(kept)
    return page


def _place(part: object) -> str:
    """Return a step of a field's place; a name that a client made up is not repeated."""
    text = str(part)
    return text if text.replace("_", "").replace("-", "").isalnum() and len(text) <= 64 else "…"  # noqa: PLR2004 - no field of ours is longer


def _headers(error: PipelineError, status: int) -> Mapping[str, str]:
    if status == 401:  # noqa: PLR2004 - unauthorized
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooManyTriesError | RateLimitedError):
        return {"Retry-After": str(ceil(float(error.facts.get("seconds", 1))))}
    return {"Retry-After": str(_RETRY_SECONDS)} if isinstance(error, TransientError) else {}
