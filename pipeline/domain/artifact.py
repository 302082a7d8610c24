"""The artifacts of a session: what each holds, and how one is named once it is stored."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from pipeline.domain.session import SessionId

ObjectKey = NewType("ObjectKey", str)
KeyId = NewType("KeyId", str)


class ArtifactKind(StrEnum):
    """What an artifact holds."""

    #: The recording as it was handed in, byte for byte.
    RECORDING = "recording"
    #: The recording decoded once: 16 kHz mono FLAC.
    WORKING_COPY = "working_copy"
    #: Transcript JSON, docs/formats.md.
    TRANSCRIPT = "transcript"
    #: Draft note JSON, docs/formats.md.
    DRAFT = "draft"
    #: Verification JSON, docs/formats.md.
    VERDICTS = "verdicts"


class Companion(StrEnum):
    """What lies beside an artifact: under its key and its prefix, without a row, and gone when it goes."""

    #: The names the agency gave for this session.
    VOCABULARY = "vocabulary"
    #: What a stage found out before it finished, so that its next attempt need not do it again.
    INTERIM = "interim"


@dataclass(frozen=True, slots=True)
class StageOutput:
    """What a stage made, in the clear and in memory only."""

    kind: ArtifactKind
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataKey:
    """The keyset of one (session, artifact kind), wrapped by the deployment's wrapping key."""

    key_id: KeyId
    wrapped: bytes = field(repr=False)
    wrapping_key_id: str


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """An artifact as it lies in the object store: ciphertext only."""

    session_id: SessionId
    kind: ArtifactKind
    attempt: int
    object_key: ObjectKey
    data_key: DataKey
    ciphertext_sha256: str
    ciphertext_bytes: int


def object_key(session_id: SessionId, kind: ArtifactKind, key_id: KeyId, attempt: int) -> ObjectKey:
    """Return an opaque key that no other attempt shares, so that a late worker overwrites nothing."""
    return ObjectKey(f"{session_prefix(session_id)}{kind}/{attempt}-{key_id}")


#: Ends the key of an object that lists the parts a recording lies in.
_LIST = ".parts"


def parts_key(session_id: SessionId, kind: ArtifactKind, key_id: KeyId, attempt: int) -> ObjectKey:
    """Return the key of a list of parts."""
    return ObjectKey(f"{object_key(session_id, kind, key_id, attempt)}{_LIST}")


def lies_in_parts(key: ObjectKey) -> bool:
    """Say whether what lies there is a list of parts."""
    return key.endswith(_LIST)


def companion_prefix(artifact: StoredArtifact, companion: Companion) -> str:
    """Return the prefix of a companion, within that of its artifact; what follows is the attempt that wrote it."""
    return f"{artifact.object_key}.{companion}."


def companion_key(artifact: StoredArtifact, companion: Companion, attempt: int) -> ObjectKey:
    """Return the key of a companion; keys stand in the order of attempts."""
    return ObjectKey(f"{companion_prefix(artifact, companion)}{attempt:06}")


def session_prefix(session_id: SessionId) -> str:
    """Return the prefix under which all objects of a session lie."""
    return f"sessions/{session_id}/"


def kind_prefix(session_id: SessionId, kind: ArtifactKind) -> str:
    """Return the prefix under which all objects of one kind lie."""
    return f"{session_prefix(session_id)}{kind}/"


def associated_data(session_id: SessionId, kind: ArtifactKind, key_id: KeyId) -> bytes:
    """Return what is authenticated beside the ciphertext: opaque ids, so that a swapped object fails."""
    return f"nightscribe|v1|{session_id}|{kind}|{key_id}".encode()
