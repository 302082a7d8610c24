"""What a person sees where a page cannot be shown: plain words, and where it may help, it asks again by itself."""

from fastapi import Request, Response

from pipeline.errors import PipelineError, RequestInvalidError, RouteUnknownError, TransientError
from web.pages.rendering import Pages

_PAGES = Pages("web.pages")
_AGAIN_SECONDS = 5
_PROGRAMS = ("/v1/", "/api/", "/health", "/ready", "/metrics")

#: A person did not write the request, so its form is not theirs to mend.
_UNFIT = "Something in the address or the form is missing or not as it should be. Go back, look, and try once more."


def wants_page(request: Request) -> bool:
    """Say whether a browser asks for a page."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_PROGRAMS)


def trouble_page(request: Request, error: PipelineError, status: int) -> Response:
    """Return the page; only what was asked for, and not what was to be changed, is asked for again by itself."""
    retries = _AGAIN_SECONDS if isinstance(error, TransientError) and request.method == "GET" else None
    values = {
        "title": _title(error),
        "sentence": _UNFIT if isinstance(error, RequestInvalidError) else error.sentence,
        "reason_code": error.reason_code,
        "retries": retries,
        "again": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }
    page = _PAGES.answer("trouble.html", status, **values)
    if retries is not None:
        # A header, for it works without a script and leaves the page's text alone.
        page.headers["Refresh"] = str(retries)
    return page


def _title(error: PipelineError) -> str:
    if isinstance(error, TransientError):
        return "Not just now"
    return "Nothing here" if isinstance(error, RouteUnknownError) else "This did not work"
