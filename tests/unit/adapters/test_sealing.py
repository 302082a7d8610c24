"""Sealed uploads: who can open them, and what happens to a changed one."""

import io
import json
import secrets
from pathlib import Path

import pytest

from pipeline.adapters.keys.sealing import UploadKey, is_sealed, seal_recording, sealing_context
from pipeline.domain.session import SessionId
from pipeline.errors import DecryptionError, KeyInUseError

ONE = SessionId("session-one")
CONTEXT = sealing_context(ONE)
SEGMENT = 1024 * 1024


@pytest.fixture
def key(tmp_path: Path) -> UploadKey:
    """Return a deployment's upload key."""
    return UploadKey.create(tmp_path / "upload.json")


def seal(key: UploadKey, recording: bytes, context: bytes = CONTEXT) -> bytes:
    """Return the recording as an uploader would send it."""
    sink = io.BytesIO()
    seal_recording(io.BytesIO(recording), sink, key.public_keyset_json, context)
    return sink.getvalue()


def unseal(key: UploadKey, sealed: bytes, context: bytes = CONTEXT) -> bytes:
    """Return what was sealed."""
    with key.opened(io.BytesIO(sealed), context) as stream:
        return stream.read()


@pytest.mark.parametrize("size", [0, 1, SEGMENT, 3 * SEGMENT + 5])
def test_what_was_sealed_is_what_is_opened(key: UploadKey, size: int) -> None:
    """A recording of any size comes back byte for byte."""
    recording = secrets.token_bytes(size)

    assert unseal(key, seal(key, recording)) == recording


def test_a_sealed_recording_is_recognized_and_unreadable(key: UploadKey) -> None:
    """What lies in the bucket has a mark of its own, and none of the recording."""
    sealed = seal(key, b"RIFF a phrase of the recording" * 50)

    assert is_sealed(sealed)
    assert not is_sealed(b"RIFF1234WAVE")
    assert b"phrase" not in sealed


def test_a_recording_sealed_for_another_session_does_not_open(key: UploadKey) -> None:
    """An upload moved to another session's key is refused."""
    with pytest.raises(DecryptionError):
        unseal(key, seal(key, b"recording"), sealing_context(SessionId("session-two")))


def test_another_deployment_opens_nothing(key: UploadKey, tmp_path: Path) -> None:
    """Only the holder of the private key reads an upload."""
    with pytest.raises(DecryptionError):
        unseal(UploadKey.create(tmp_path / "other.json"), seal(key, b"recording"))


@pytest.mark.parametrize("length", [0, 5, 23, 30, 100, 300, SEGMENT, SEGMENT + 500])
def test_a_truncated_upload_is_refused(key: UploadKey, length: int) -> None:
    """An upload cut off anywhere is refused."""
    with pytest.raises(DecryptionError):
        unseal(key, seal(key, b"r" * (SEGMENT + 1000))[:length])


@pytest.mark.parametrize("offset", [0, 22, 23, 24, 30, 200, 300, -1])
def test_a_changed_upload_is_refused(key: UploadKey, offset: int) -> None:
    """One changed bit in any field is enough."""
    sealed = bytearray(seal(key, b"r" * 1000))
    sealed[offset] ^= 1

    with pytest.raises(DecryptionError):
        unseal(key, bytes(sealed))


@pytest.mark.parametrize("recording", [b"", b"R", b"RIFF and the rest of a plain recording"])
def test_a_plain_upload_passes_as_it_is(key: UploadKey, recording: bytes) -> None:
    """Sealed and plain uploads can arrive side by side."""
    assert key.unsealed(io.BytesIO(recording), ONE).read() == recording
    assert key.unsealed(io.BytesIO(seal(key, recording)), ONE).read() == recording


def test_uploaders_are_given_no_secret(key: UploadKey) -> None:
    """What is handed out is the public key alone."""
    (entry,) = json.loads(key.public_keyset_json)["key"]

    assert entry["keyData"]["keyMaterialType"] == "ASYMMETRIC_PUBLIC"


def test_an_uploader_with_the_older_key_is_still_heard(key: UploadKey, tmp_path: Path) -> None:
    """After a rotation both keys open, until the older one is forgotten."""
    older_id, sealed = key.upload_key_id, seal(key, b"recording")
    key.rotate()

    assert unseal(UploadKey(tmp_path / "upload.json"), sealed) == b"recording"
    with pytest.raises(KeyInUseError):
        key.forget(key.upload_key_id)
    key.forget(older_id)
    with pytest.raises(DecryptionError):
        unseal(key, sealed)
