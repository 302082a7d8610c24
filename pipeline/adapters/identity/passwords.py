"""Passwords: Argon2id, a few at a time, and the same effort for an account that does not exist."""

import threading

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from pipeline.errors import PasswordTooWeakError

_SHORTEST = 12
_LONGEST = 256
_FEWEST_DIFFERENT = 5


class Passwords:
    """Hashes and checks passwords; each takes 64 MiB for a moment, so only so many are worked on at once."""

    def __init__(self, argon2: Argon2Hasher | None = None, at_once: int = 2) -> None:
        self._argon2 = PasswordHash((argon2 or Argon2Hasher(),))
        self._turns = threading.BoundedSemaphore(at_once)
        self._nobodys = self._argon2.hash("the password of nobody")

    def hash(self, password: str, account_name: str) -> str:
        """Return what is kept of a password; raise ``PasswordTooWeakError``."""
        if not _is_strong(password, account_name):
            raise PasswordTooWeakError
        with self._turns:
            return self._argon2.hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Say whether it is the password; with nothing kept it takes as long and says no."""
        with self._turns:
            try:
                right = self._argon2.verify(password[:_LONGEST], kept or self._nobodys)
            except PwdlibError:
                return False
        return right and kept is not None


def _is_strong(password: str, account_name: str) -> bool:
    return (
        _SHORTEST <= len(password) <= _LONGEST
        and len(set(password)) >= _FEWEST_DIFFERENT
        and account_name.casefold() not in password.casefold()
    )
