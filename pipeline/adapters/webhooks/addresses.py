"""Where a webhook may lead: public addresses only, looked up once, so that what was checked is what is called."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.errors import WebhookAddressError

#: Looks a host's addresses up.
Resolve = Callable[[str, int], Sequence[str]]

_LONGEST = 500
_PORTS = {"https": 443, "http": 80}
#: IPv6 addresses that stand for an IPv4 one (NAT64, RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address and how to call it."""

    #: With the address in place of the name.
    url: str
    host_header: str
    host: str


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses a name has now."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def check_url(url: str, *, allow_private: bool) -> None:
    """Raise ``WebhookAddressError`` for what can be no receiver's address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookAddressError(problem="malformed") from None
    schemes = {"https", "http"} if allow_private else {"https"}
    if not _is_plain(url) or not parts.hostname or port == 0:
        raise WebhookAddressError(problem="malformed")
    if parts.scheme not in schemes:
        raise WebhookAddressError(problem="scheme")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WebhookAddressError(problem="credentials_or_fragment")


def _is_plain(url: str) -> bool:
    return len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url


def target_of(url: str, *, allow_private: bool, look_up: Resolve = resolve) -> Target:
    """Return where to connect to; raise ``WebhookAddressError`` where any address of the name is not public."""
    check_url(url, allow_private=allow_private)
    parts = urlsplit(url)
    host = str(parts.hostname)
    port = parts.port or _PORTS[parts.scheme]
    found = look_up(host, port)
    if not found:
        raise WebhookAddressError(problem="unresolved")
    if not allow_private and not all(is_public(address) for address in found):
        raise WebhookAddressError(problem="private")
    address = f"[{found[0]}]" if ":" in found[0] else found[0]
    pinned = parts._replace(netloc=f"{address}:{port}").geturl()
    return Target(pinned, host if parts.port is None else f"{host}:{port}", host)


def is_public(address: str) -> bool:
    """Say whether an address is anybody's on the internet: not private, loopback, link-local, multicast or reserved."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
