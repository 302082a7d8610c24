"""Debian's Ceph packages, unpacked and not installed, into a folder of the user's cache."""

import fcntl
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

_PROGRAMS = ("radosgw", "ceph-mon", "ceph-osd", "ceph-common")
#: Libraries, and the programs that a cluster of three processes needs; not sudo, LVM and the like that come along.
_WANTED = re.compile(r"lib.*|radosgw|ceph-(mon|osd|base|common)")
_NAMED = re.compile(r"^'[^']+' (?P<name>[^_]+)_(?P<version>[^_]+)_[^_]+\.deb ", re.MULTILINE)


class PackagesAbsentError(Exception):
    """The packages cannot be had here."""


def unpacked(cache: Path) -> Path:
    """Return the folder in which the programs lie, fetched by apt (which checks their signatures) where they do not.

    Needs no rights, only apt and the network; about 70 MB are fetched.
    """
    if any(shutil.which(program) is None for program in ("apt-get", "dpkg-deb")):
        raise PackagesAbsentError("apt-get and dpkg-deb are missing: the S3 server comes from Debian's packages")
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "lock"):
        root = cache / "root"
        if not _works(root):
            shutil.rmtree(root, ignore_errors=True)
            _fetch(cache, root)
        if not _works(root):
            raise PackagesAbsentError("radosgw does not start: this system's libraries differ from Debian 12's")
    return root


def environment(root: Path) -> dict[str, str]:
    """Return the environment in which the unpacked programs find their libraries."""
    libraries = [
        folder
        for top in (root / "usr/lib", root / "lib")
        for triplet in top.glob("*-linux-gnu")
        for folder in (triplet, triplet / "ceph")
    ]
    return {
        "PATH": f"{root}/usr/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "LD_LIBRARY_PATH": ":".join(map(str, [*libraries, root / "usr/lib"])),
        "HOME": "/nonexistent",
    }


def _works(root: Path) -> bool:
    programs = [root / "usr/bin" / program for program in ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd")]
    return all(program.exists() and _runs([str(program), "--version"], root) for program in programs)


def _runs(command: Sequence[str], root: Path) -> bool:
    return subprocess.run(command, env=environment(root), capture_output=True, check=False).returncode == 0


def _fetch(cache: Path, root: Path) -> None:
    private = _own_apt_state(cache)
    try:
        _download(cache, root, ())
    except subprocess.CalledProcessError:
        # No package lists on this machine, or old ones: fetch our own.
        try:
            subprocess.run(["apt-get", *private, "-qq", "update"], check=True, capture_output=True)
            _download(cache, root, private)
        except subprocess.CalledProcessError:
            raise PackagesAbsentError("apt cannot fetch radosgw: no network, or no Debian 12 sources") from None


def _own_apt_state(cache: Path) -> tuple[str, ...]:
    state = cache / "apt"
    (state / "lists/partial").mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State": state,
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": state,
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    return tuple(part for name, value in settings.items() for part in ("-o", f"{name}={value}"))


def _download(cache: Path, root: Path, settings: Sequence[str]) -> None:
    packages = cache / "packages"
    shutil.rmtree(packages, ignore_errors=True)
    (packages / "partial").mkdir(parents=True)
    # An archive folder of its own: apt does not list what it has in the system's.
    own = ("-o", f"Dir::Cache::archives={packages}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root")
    apt = ["apt-get", *settings, *own, "-qq"]
    listed = subprocess.run(
        [*apt, "install", "--print-uris", "--no-install-recommends", "-y", *_PROGRAMS],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    wanted = [f"{m['name']}={unquote(m['version'])}" for m in _NAMED.finditer(listed) if _WANTED.fullmatch(m["name"])]
    subprocess.run([*apt, "download", *wanted], cwd=packages, check=True, capture_output=True)
    for package in packages.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    shutil.rmtree(packages)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def default_cache() -> Path:
    """Return the folder in the user's cache."""
    return Path.home() / ".cache" / "nightscribe" / "ceph"
