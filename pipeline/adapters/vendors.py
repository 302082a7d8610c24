"""What every engine behind an HTTP address is held to: hosts that are allowed, and when to ask again."""

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from pipeline.errors import EndpointNotAllowedError

#: Answers that another try may better.
TRY_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
LONGEST_PAUSE = 20.0


def require_allowed(base_url: str, is_allowed: Callable[[str], bool]) -> None:
    """Raise ``EndpointNotAllowedError`` unless session content may be sent to the address' host."""
    address = urlsplit(base_url)
    if address.scheme not in {"http", "https"} or not address.hostname or not is_allowed(address.hostname):
        raise EndpointNotAllowedError


def bearer(api_key: str) -> dict[str, str]:
    """Return the headers that sign in with a key; none without one."""
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


def retry_after(response: httpx.Response) -> float:
    """Return how long the server asks to be left alone (seconds), within reason."""
    value = response.headers.get("retry-after", "")
    return min(float(value), LONGEST_PAUSE) if value.isdecimal() else 0.0
