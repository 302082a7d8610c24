"""What every event is: a name, a stream, and facts: ids, counts, digests, versions and reason codes, never text."""

import functools
import hashlib
import re
from dataclasses import dataclass, fields
from enum import StrEnum

from pipeline.domain.artifact import ArtifactKind, StoredArtifact
from pipeline.domain.transcript import Engine

_CODE = re.compile(r"[A-Za-z0-9._:/@+=-]{0,128}")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Stream(StrEnum):
    """One chain of entries for each stage, and one each for intake, consent, operators and access."""

    TRANSCRIBE = "transcribe"
    DRAFT = "draft"
    VERIFY = "verify"
    PURGE = "purge"
    INTAKE = "intake"
    CONSENT = "consent"
    OPERATOR = "operator"
    ACCESS = "access"


class Event:
    """Something that happened; its class name, in the past tense, is the event's name."""

    __slots__ = ()

    @property
    def stream(self) -> Stream:
        """Return the chain it belongs to."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Return the name as it stands in an entry."""
        return _CAPITAL.sub("_", type(self).__name__).lower()


@dataclass(frozen=True, slots=True)
class ArtifactFact:
    """Which ciphertext a stage made."""

    kind: ArtifactKind
    key_id: str
    ciphertext_sha256: str
    ciphertext_bytes: int


@dataclass(frozen=True, slots=True)
class EngineFact:
    """Which program and weights made it."""

    name: str
    version: str
    model: str


def artifact_fact(artifact: StoredArtifact) -> ArtifactFact:
    """Return what an entry says of an artifact."""
    return ArtifactFact(artifact.kind, artifact.data_key.key_id, artifact.ciphertext_sha256, artifact.ciphertext_bytes)


def engine_fact(engine: Engine) -> EngineFact:
    """Return what an entry says of an engine."""
    return EngineFact(engine.name, engine.version, engine.model)


def event_fields(event: Event) -> dict[str, object]:
    """Return the event's fields for canonical JSON; what is unknown is left out."""
    return _dataclass_fields(event)


def _dataclass_fields(value: object) -> dict[str, object]:
    pairs = ((name, getattr(value, name)) for name in _names(type(value)))  # type: ignore[arg-type]  # typeshed: classes are hashable
    return {name: _plain(item) for name, item in pairs if item is not None}


@functools.cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: object) -> object:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return code(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _dataclass_fields(value)


def code(text: str) -> str:
    """Return ``text`` where it has the form of an id or code, and else a digest of it: no free text is ever kept."""
    text = str(text)
    if _CODE.fullmatch(text):
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
