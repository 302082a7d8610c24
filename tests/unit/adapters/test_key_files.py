"""The key files: who may read them, where they may lie, and how keys are added and forgotten."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.keys.local_signer import LocalSigner
from pipeline.adapters.keys.sealing import UploadKey
from pipeline.errors import (
    DecryptionError,
    KeyFileInvalidError,
    KeyFileMissingError,
    KeyFileUnsafeError,
    KeyInUseError,
)

KIND = pytest.mark.parametrize("kind", [LocalKeyFile, LocalSigner, UploadKey])


@KIND
def test_a_key_file_is_for_its_owner_alone(tmp_path: Path, kind: type[LocalKeyFile]) -> None:
    """A new key file has mode 0600, whatever the umask."""
    before = os.umask(0)
    try:
        kind.create(tmp_path / "key.json")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]


@KIND
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, kind: type[LocalKeyFile], mode: int) -> None:
    """A key file with any permission beyond its owner's reading and writing is not loaded."""
    kind.create(tmp_path / "key.json")
    (tmp_path / "key.json").chmod(mode)

    with pytest.raises(KeyFileUnsafeError):
        kind(tmp_path / "key.json")


@KIND
@pytest.mark.parametrize("act", ["load", "create"])
def test_a_file_inside_the_data_folder_is_refused(tmp_path: Path, kind: type[LocalKeyFile], act: str) -> None:
    """A key beside the data it protects is refused, also through a link."""
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "elsewhere").symlink_to(data)
    make: Callable[..., object] = kind if act == "load" else kind.create

    with pytest.raises(KeyFileUnsafeError):
        make(tmp_path / "elsewhere" / "key.json", [data])
    assert list(data.iterdir()) == []


@KIND
def test_a_missing_file_is_named_as_missing(tmp_path: Path, kind: type[LocalKeyFile]) -> None:
    """A missing key file is never made silently when it should be loaded."""
    with pytest.raises(KeyFileMissingError):
        kind(tmp_path / "key.json")


@KIND
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": "other", "keys": []}', b"\xff"])
def test_a_damaged_file_is_named_as_damaged(tmp_path: Path, kind: type[LocalKeyFile], content: bytes) -> None:
    """A file that is no key file is refused, without its content in the error."""
    path = tmp_path / "key.json"
    path.touch(mode=0o600)
    path.write_bytes(content)

    with pytest.raises(KeyFileInvalidError):
        kind(path)


def test_making_a_key_twice_keeps_the_first(tmp_path: Path) -> None:
    """An existing wrapping key is never overwritten."""
    first = LocalKeyFile.create(tmp_path / "key.json").wrapping_key_id

    assert LocalKeyFile.create(tmp_path / "key.json").wrapping_key_id == first


def test_an_older_key_unwraps_after_rotation(tmp_path: Path) -> None:
    """After a rotation the new key wraps, and what the old one wrapped can still be read."""
    keys = LocalKeyFile.create(tmp_path / "key.json")
    old_id, old = keys.wrapping_key_id, keys.wrap(b"keyset", b"one")
    new_id = keys.rotate()
    reloaded = LocalKeyFile(tmp_path / "key.json")

    assert reloaded.wrapping_key_id == new_id != old_id
    assert reloaded.unwrap(old, b"one") == b"keyset"


def test_a_forgotten_key_unwraps_no_more(tmp_path: Path) -> None:
    """What was wrapped under a forgotten key is gone for good, and the file no longer holds it."""
    keys = LocalKeyFile.create(tmp_path / "key.json")
    old_id, old = keys.wrapping_key_id, keys.wrap(b"keyset", b"one")
    keys.rotate()
    keys.forget(old_id)

    with pytest.raises(DecryptionError):
        LocalKeyFile(tmp_path / "key.json").unwrap(old, b"one")
    assert old_id.removeprefix("local-") not in (tmp_path / "key.json").read_text()


def test_the_wrapping_key_in_use_cannot_be_forgotten(tmp_path: Path) -> None:
    """Only an older key can be forgotten."""
    keys = LocalKeyFile.create(tmp_path / "key.json")

    with pytest.raises(KeyInUseError):
        keys.forget(keys.wrapping_key_id)


def test_a_key_does_not_show_in_a_representation(tmp_path: Path) -> None:
    """Printing the objects that hold keys shows none of them."""
    keys = LocalKeyFile.create(tmp_path / "key.json")
    shown = "".join(repr(each) for each in (keys, *vars(keys).values()))

    assert "value" not in shown


def test_a_signature_checks_with_the_public_key_alone(tmp_path: Path) -> None:
    """Someone who has only the public key, and not this program, can check a signature."""
    signer = LocalSigner.create(tmp_path / "signing.json")
    public = load_pem_public_key(signer.public_key_pem.encode())

    assert isinstance(public, Ed25519PublicKey)
    public.verify(signer.sign(b"certificate"), b"certificate")


def test_a_changed_message_or_other_key_does_not_check(tmp_path: Path) -> None:
    """A signature holds for its message and its key, and for nothing else."""
    signer = LocalSigner.create(tmp_path / "signing.json")
    other = LocalSigner.create(tmp_path / "other.json")
    signature = signer.sign(b"certificate")

    assert signer.check(b"certificate", signature)
    assert not signer.check(b"certificatE", signature)
    assert not other.check(b"certificate", signature)
    assert not signer.check(b"certificate", b"")
    assert signer.signing_key_id != other.signing_key_id
    assert LocalSigner(tmp_path / "signing.json").signing_key_id == signer.signing_key_id


def test_a_running_process_learns_of_a_rotation_by_another(tmp_path: Path) -> None:
    """What another process wrapped under a newer key is unwrapped without a restart."""
    running = LocalKeyFile.create(tmp_path / "key.json")
    elsewhere = LocalKeyFile(tmp_path / "key.json")
    elsewhere.rotate()
    wrapped = elsewhere.wrap(b"keyset", b"ids")

    assert running.unwrap(wrapped, b"ids") == b"keyset"
