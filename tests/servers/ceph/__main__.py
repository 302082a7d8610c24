"""A real S3 server for tests: Ceph's gateway with one monitor and one storage daemon that keeps all in memory.

``python -m tests.servers.ceph`` starts it on free ports of the loopback, prints one line of JSON (``endpoint_url``,
``region``, ``access_key_id``, ``secret_access_key``) and runs until its standard input is closed, so that it never
outlives whoever started it. Needs no rights and installs nothing.
"""

import ctypes
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template

from tests.servers.ceph.packages import PackagesAbsentError, default_cache, environment, unpacked

_TRIES = 4
_PR_SET_PDEATHSIG = 1
_FSID = "7d1f8f4e-5a0b-4a53-9a55-6a1c0f6f6e57"
_STEP_SECONDS = 60
_GATEWAY_SECONDS = 120
_POLL = 0.25
_ACCESS = {"region": "us-east-1", "access_key_id": "testaccess", "secret_access_key": "testsecret"}


class StartError(Exception):
    """The cluster did not come up; names the part that failed."""


class Cluster:
    """One monitor, one storage daemon, one gateway, in a folder that is removed with them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._home = Path(tempfile.mkdtemp(prefix="s3-"))
        self._environment = environment(root)
        self._daemons: list[subprocess.Popen[bytes]] = []
        self.port, self._monitor_port = _free_ports()

    def start(self) -> None:
        """Bring everything up; raise ``StartError`` where a part does not answer in time."""
        self._configure()
        self._start_monitor()
        self._start_storage()
        self._start_gateway()

    def stop(self) -> None:
        """Stop what was started, the last first, and remove its folder."""
        for daemon in reversed(self._daemons):
            # Nothing of theirs is to be kept, so there is nothing to wait for.
            daemon.kill()
            daemon.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _configure(self) -> None:
        for folder in ("mon", "osd", "rgw", "run", "log"):
            (self._home / folder).mkdir()
        (self._home / "rgw/keyring").touch()
        libraries = next((self._root / "usr/lib").glob("*-linux-gnu"))
        template = Template((Path(__file__).parent / "ceph.conf.template").read_text())
        settings = {
            "home": self._home,
            "root": self._root,
            "libraries": libraries,
            "fsid": _FSID,
            "port": self.port,
            "monitor_port": self._monitor_port,
        }
        (self._home / "ceph.conf").write_text(template.substitute(settings))

    def _start_monitor(self) -> None:
        keyring, monmap = str(self._home / "keyring"), str(self._home / "monmap")
        address = f"[v1:127.0.0.1:{self._monitor_port}]"
        self._do("monmaptool", "--create", "--clobber", "--fsid", _FSID, "--addv", "a", address, monmap)
        self._do("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        self._do("ceph-mon", *self._conf, "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring)
        self._daemon("ceph-mon", *self._conf, "-f", "-i", "a")
        self._wait("the monitor", lambda: self._ask({"prefix": "osd stat", "format": "json"}) is not None)

    def _start_storage(self) -> None:
        identity = str(uuid.uuid4())
        self._wait("a place for storage", lambda: self._ask({"prefix": "osd new", "uuid": identity}) is not None)
        self._do("ceph-osd", *self._conf, "-i", "0", "--mkfs", "--osd-uuid", identity)
        self._daemon("ceph-osd", *self._conf, "-f", "-i", "0")
        self._wait("storage", self._storage_is_up)
        place = {"prefix": "osd crush add", "id": 0, "weight": 1.0, "args": ["host=test", "root=default"]}
        self._wait("a place in the map", lambda: self._ask(place) is not None)

    def _storage_is_up(self) -> bool:
        answer = self._ask({"prefix": "osd stat", "format": "json"})
        return answer is not None and json.loads(answer).get("num_up_osds") == 1

    def _start_gateway(self) -> None:
        self._daemon("radosgw", *self._conf, "-f", "-n", "client.rgw")
        self._wait("the gateway", self._gateway_answers, _GATEWAY_SECONDS)
        user = ("--uid", "test", "--display-name", "test")
        keys = ("--access-key", _ACCESS["access_key_id"], "--secret-key", _ACCESS["secret_access_key"])
        self._do("radosgw-admin", *self._conf, "user", "create", *user, *keys)

    def _gateway_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
                return connection.recv(12).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    @property
    def _conf(self) -> tuple[str, str]:
        return ("-c", str(self._home / "ceph.conf"))

    def _ask(self, command: dict[str, object]) -> str | None:
        program = str(Path(__file__).parent / "mon_command.py")
        run = subprocess.run(
            [sys.executable, program, self._conf[1], json.dumps(command)],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return None if run.returncode else run.stdout

    def _do(self, *command: str) -> None:
        try:
            subprocess.run(
                command, env=self._environment, check=True, capture_output=True, cwd=self._home, timeout=_STEP_SECONDS
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise StartError(command[0]) from error

    def _daemon(self, *command: str) -> None:
        with (self._home / "log" / f"{command[0]}.out").open("wb") as log:
            self._daemons.append(
                subprocess.Popen(
                    command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self._home,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 # one thread here
                )
            )

    def _wait(self, name: str, ready: Callable[[], bool], seconds: float = _STEP_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if ready():
                return
            if any(daemon.poll() is not None for daemon in self._daemons):
                raise StartError(name)
            time.sleep(_POLL)
        raise StartError(name)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _started(root: Path) -> Cluster:
    for attempt in range(1, _TRIES + 1):
        cluster = Cluster(root)
        try:
            cluster.start()
        except StartError as error:
            cluster.stop()
            sys.stderr.write(f"start {attempt} of {_TRIES}: no {error}\n")
        except BaseException:
            cluster.stop()
            raise
        else:
            return cluster
    raise StartError("S3 server")


def main(_: Sequence[str]) -> int:
    """Run the server until standard input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        cluster = _started(unpacked(default_cache()))
    except (PackagesAbsentError, StartError) as error:
        sys.stderr.write(f"S3 server not started: {error}\n")
        return 1
    try:
        sys.stdout.write(json.dumps({"endpoint_url": f"http://127.0.0.1:{cluster.port}", **_ACCESS}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
