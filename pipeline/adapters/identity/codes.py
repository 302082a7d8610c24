"""Second factors: time-based codes (RFC 6238) from an authenticator, and recovery codes for the day it is lost."""

import hashlib
import io
import secrets
from datetime import datetime
from hmac import compare_digest

import pyotp
import segno

_PERIOD_SECONDS = 30
#: An authenticator's clock may be a step off.
_STEPS_OFF = (0, -1, 1)
RECOVERY_CODES = 10


def new_seed() -> str:
    """Return what codes are made from, in base 32."""
    return pyotp.random_base32(32)


def is_seed(text: str) -> bool:
    """Say whether it can have come from ``new_seed``."""
    return len(text) == 32 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")  # noqa: PLR2004 - as made above


def matching_step(seed: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is; ``None`` where it is none of now."""
    totp = pyotp.TOTP(seed, interval=_PERIOD_SECONDS)
    given = "".join(code.split())
    step = int(now.timestamp()) // _PERIOD_SECONDS
    found = [step + off for off in _STEPS_OFF if compare_digest(totp.generate_otp(step + off), given)]
    return max(found, default=None)


def picture(seed: str, account_name: str) -> str:
    """Return the QR code an authenticator reads, as SVG without style or script."""
    address = pyotp.TOTP(seed).provisioning_uri(name=account_name, issuer_name="Nightscribe")
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False)
    return drawn.getvalue().decode()


def new_recovery_codes() -> tuple[str, ...]:
    """Return codes that each count once; 80 random bits each, so that a plain digest gives nothing away."""
    return tuple(secrets.token_hex(10) for _ in range(RECOVERY_CODES))


def recovery_digest(code: str) -> str:
    """Return what is kept of a recovery code, however it was typed."""
    typed = "".join(code.lower().split()).replace("-", "")
    return hashlib.sha256(f"recovery|{typed}".encode()).hexdigest()
