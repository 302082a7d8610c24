"""A session, the stages it passes through in order, and the states of a stage."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from pipeline.domain.night import BatchId
from pipeline.domain.note import NoteFormat
from pipeline.errors import SessionIdInvalidError

SessionId = NewType("SessionId", str)
RunId = NewType("RunId", str)
WorkerId = NewType("WorkerId", str)

_SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")


class Stage(StrEnum):
    """What is done to a session, in order."""

    TRANSCRIBE = "transcribe"
    DRAFT = "draft"
    VERIFY = "verify"
    PURGE = "purge"


class StageStatus(StrEnum):
    """Where a stage run stands."""

    READY = "ready"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    HELD = "held"
    #: A person ended it: nobody wants the result any more.
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Say whether nothing more happens by itself."""
        return self not in {StageStatus.READY, StageStatus.RUNNING}


class SessionKind(StrEnum):
    """How a session came in."""

    RECORDED = "recorded"
    DICTATED = "dictated"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it was accepted at intake; holds labels, never content."""

    session_id: SessionId
    kind: SessionKind
    note_format: NoteFormat
    jurisdiction: str
    submitted_at: datetime
    priority: int = 100
    #: An opaque reference; sessions of one clinician take turns with those of others.
    clinician: str | None = None
    batch_id: BatchId | None = None
    #: How long the recording seems to be, until it is decoded.
    expected_seconds: float | None = None


def new_session_id() -> SessionId:
    """Return a random, opaque id."""
    return SessionId(f"ses-{uuid.uuid4().hex}")


def parse_session_id(text: str) -> SessionId:
    """Return ``text`` as a session id, or raise ``SessionIdInvalidError``."""
    if not _SESSION_ID.fullmatch(text):
        raise SessionIdInvalidError
    return SessionId(text)


def first_stage(kind: SessionKind) -> Stage:
    """Return where a session of this kind starts: an imported transcript skips recognition."""
    return Stage.DRAFT if kind is SessionKind.IMPORTED else Stage.TRANSCRIBE


def next_stage(stage: Stage) -> Stage | None:
    """Return the stage that a success opens; purges are opened by retention clocks instead."""
    return {Stage.TRANSCRIBE: Stage.DRAFT, Stage.DRAFT: Stage.VERIFY}.get(stage)
