"""Secrets that programs make: long enough that a plain digest of one gives nothing away."""

import hashlib
import re
import secrets
from typing import NamedTuple

_TOKEN = re.compile(r"nst_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class NewSecret(NamedTuple):
    """A secret as it is handed out once, and what is kept of it."""

    key_id: str
    secret: str
    digest: str


def new_sign_in() -> NewSecret:
    """Return what a browser's cookie holds."""
    secret = secrets.token_urlsafe(32)
    return NewSecret(f"sgn-{secrets.token_hex(8)}", secret, digest_of(secret))


def new_token() -> NewSecret:
    """Return a token for a program; its first part names it, so that one found somewhere can be revoked."""
    number = secrets.token_hex(8)
    secret = f"nst_{number}_{secrets.token_urlsafe(32)}"
    return NewSecret(f"tok-{number}", secret, digest_of(secret))


def is_token(text: str) -> bool:
    """Say whether it has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def digest_of(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
