"""A request to the web interface that cannot be carried out as it stands."""

from pipeline.errors.kinds import PermanentError, TransientError


class RequestInvalidError(PermanentError):
    """A field is missing, unknown or of the wrong form."""

    reason_code = "request_invalid"
    sentence = "The request is not in the form docs/api.md describes; `errors` names the fields."


class RequestTooLargeError(PermanentError):
    """A body longer than this address takes."""

    reason_code = "request_too_large"
    sentence = "The request is longer than this address takes."


class RouteUnknownError(PermanentError):
    """No such address, or not by this method."""

    reason_code = "route_unknown"
    sentence = "There is nothing at this address, or not by this method."


class IdempotencyKeyReusedError(PermanentError):
    """The key belongs to another request."""

    reason_code = "idempotency_key_reused"
    sentence = "This Idempotency-Key was sent with another request. Use a new one for each."


class RequestInProgressError(TransientError):
    """The same request is being carried out."""

    reason_code = "request_in_progress"
    sentence = "The same request is being carried out. Ask again in a moment."


class RateLimitedError(PermanentError):
    """More requests than the limit; ``seconds`` says when to go on."""

    reason_code = "rate_limited"
    sentence = "There were too many requests. Go on after the seconds that Retry-After names."


class WebhookUnknownError(PermanentError):
    """No such webhook."""

    reason_code = "webhook_unknown"
    sentence = "There is no webhook with this id."


class WebhookAddressError(PermanentError):
    """Not an address a webhook may lead to."""

    reason_code = "webhook_address_refused"
    sentence = "A webhook leads to https and to public addresses only, without credentials in it."
