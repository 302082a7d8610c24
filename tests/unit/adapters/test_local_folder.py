"""The local folder store: permissions, what a crash leaves, and a full disk."""

import io
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.domain.artifact import ObjectKey
from pipeline.errors import ObjectMissingError, StoreUnavailableError

KEY = ObjectKey("sessions/one/recording/1-k")

#: Fills a file system of 1 MiB that only this process sees.
FULL_DISK = """
import io, sys
from pathlib import Path
from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.errors import StoreFullError
store = LocalFolderStore(Path(sys.argv[1]))
try:
    store.put("sessions/one/recording/1-k", io.BytesIO(b"x" * 3_000_000))
except StoreFullError as error:
    print(error.reason_code, list(store.versions("")))
"""


def test_nothing_is_open_to_others(tmp_path: Path) -> None:
    """Every folder has mode 0700 and every file 0600, whatever the umask."""
    before = os.umask(0)
    try:
        LocalFolderStore(tmp_path / "store").put(KEY, io.BytesIO(b"x"))
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "store").rglob("*") if path.is_dir()}
    files = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "store").rglob("*") if path.is_file()}

    assert (modes, files) == ({0o700}, {0o600})


def test_a_write_cut_off_by_a_crash_is_listed_and_can_be_destroyed(tmp_path: Path) -> None:
    """What a dying process left is found under its key's prefix, never as an object, and goes with the rest."""
    store = LocalFolderStore(tmp_path)
    _crash_while_writing(tmp_path)

    assert [version.key for version in store.versions("sessions/one/")] == [KEY]
    with pytest.raises(ObjectMissingError):
        store.open(KEY)
    assert store.destroy("sessions/one/") == 1
    assert list(store.versions("")) == []


def test_the_next_start_removes_what_a_crash_left(tmp_path: Path) -> None:
    """A new process clears unfinished writes whose writer is gone."""
    LocalFolderStore(tmp_path)
    _crash_while_writing(tmp_path)

    assert list(LocalFolderStore(tmp_path).versions("")) == []


def test_a_start_leaves_a_running_write_alone(tmp_path: Path) -> None:
    """A second process that starts in mid-write does not break the first one's object."""
    first = LocalFolderStore(tmp_path)

    class StartsAnother(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            LocalFolderStore(tmp_path)
            return super().read(size)

    first.put(KEY, StartsAnother(b"whole"))

    with first.open(KEY) as stream:
        assert stream.read() == b"whole"


def test_many_starts_leave_many_new_writes_alone(tmp_path: Path) -> None:
    """A process that starts at the very moment at which a file is made does not take it for abandoned."""
    store = LocalFolderStore(tmp_path)
    over = threading.Event()

    def start_again_and_again() -> None:
        while not over.is_set():
            LocalFolderStore(tmp_path)

    starter = threading.Thread(target=start_again_and_again)
    starter.start()
    try:
        for number in range(300):
            store.put(ObjectKey(f"sessions/one/draft/{number}-k"), io.BytesIO(b"whole"))
    finally:
        over.set()
        starter.join()

    assert sum(1 for _ in store.versions("sessions/")) == 300


def test_destroying_leaves_no_folder_named_after_a_session(tmp_path: Path) -> None:
    """Not even an empty folder tells that a session existed."""
    store = LocalFolderStore(tmp_path)
    store.put(KEY, io.BytesIO(b"x"))
    store.destroy("sessions/one/")

    assert [path.name for path in (tmp_path / "objects").rglob("*")] == []


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "sessions/../../outside"])
def test_a_key_cannot_leave_the_folder(tmp_path: Path, key: str) -> None:
    """A key that climbs out of the store is treated as one that does not exist."""
    store = LocalFolderStore(tmp_path / "store")

    with pytest.raises(ObjectMissingError):
        store.put(ObjectKey(key), io.BytesIO(b"x"))
    with pytest.raises(ObjectMissingError):
        store.open(ObjectKey(key))


def test_a_folder_that_cannot_be_made_is_an_unavailable_store(tmp_path: Path) -> None:
    """A store whose place is taken by a file says so without the path."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreUnavailableError) as caught:
        LocalFolderStore(tmp_path / "file" / "store")
    assert "file" not in str(caught.value).removeprefix(caught.value.reason_code)


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    """A disk that fills up in mid-write ends in its own reason code, with no part of the object left."""
    command = f'mount -t tmpfs -o size=1M none {tmp_path} && {sys.executable} -c "$PROGRAM" {tmp_path}/store'
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("needs user namespaces to mount a small disk")
    run = subprocess.run(
        ["unshare", "-rm", "sh", "-c", command],
        env={"PROGRAM": FULL_DISK, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout.strip() == "store_full []", run.stderr


def _crash_while_writing(root: Path) -> None:
    """Let a process die with its write unfinished."""
    program = """
import os, sys
from pathlib import Path
from pipeline.adapters.store.local_folder import LocalFolderStore
class Dies:
    def read(self, size):
        os._exit(9)
LocalFolderStore(Path(sys.argv[1])).put("sessions/one/recording/1-k", Dies())
"""
    run = subprocess.run([sys.executable, "-c", program, str(root)], cwd=Path.cwd(), check=False)
    assert run.returncode == 9
