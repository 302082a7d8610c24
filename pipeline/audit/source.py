"""Where a check, a checkpoint and an export read the log: one moment of it, in constant memory."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from pipeline.audit.chain import Entry, Head
from pipeline.audit.events import Stream
from pipeline.domain.session import SessionId
from pipeline.ports import Signer


class AuditSnapshot(Protocol):
    """The log as it was at one moment."""

    def now(self) -> datetime:
        """Return that moment."""
        ...

    def heads(self) -> tuple[Head, ...]:
        """Return the end of every stream, in the order of their names."""
        ...

    def entries(self, stream: Stream) -> Iterator[Entry]:
        """Yield the stream's entries in order, without holding them all."""
        ...

    def mentions(self, stream: Stream) -> Iterator[tuple[int, SessionId]]:
        """Yield which of the stream's entries speak of which session by the index, in the order of the entries."""
        ...

    def checkpoints(self) -> Iterator[str]:
        """Yield the signed checkpoints, oldest first."""
        ...


class AuditLog(Protocol):
    """The log in its database."""

    def audit_snapshot(self) -> AbstractContextManager[AuditSnapshot]:
        """Return the log as it is now, for as long as the context lasts."""
        ...

    def keep_checkpoint(self, note: str) -> None:
        """Keep a signed checkpoint beside the log; send a copy elsewhere too, where the database's owner cannot."""
        ...


class PublishedSigner(Signer, Protocol):
    """A signer whose public key may be handed to auditors."""

    @property
    def public_key_pem(self) -> str:
        """Return the Ed25519 public key (RFC 8410) in PEM."""
        ...
