"""A request to the web interface that cannot be carried out as it stands."""

from pipeline.errors.kinds import PermanentError


class RequestInvalidError(PermanentError):
    """A field is missing, unknown or of the wrong form."""

    reason_code = "request_invalid"
    sentence = "The request is not in the form docs/api.md describes; `errors` names the fields."


class RouteUnknownError(PermanentError):
    """No such address, or not by this method."""

    reason_code = "route_unknown"
    sentence = "There is nothing at this address, or not by this method."
