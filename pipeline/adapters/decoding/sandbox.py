"""Programs that read untrusted bytes: no network, no files, no rights, bounded time and memory."""

import functools
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import IO

from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.errors import RecordingUndecodableError, SandboxUnavailableError

_BUBBLEWRAP = (
    *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
    *("--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib"),
    *("--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin"),
    # Debian's ffmpeg finds its BLAS through the alternatives.
    *("--ro-bind-try", "/etc/alternatives", "/etc/alternatives"),
    *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
    *("--proc", "/proc", "--dev", "/dev", "--clearenv", "--setenv", "PATH", "/usr/bin:/usr/local/bin"),
    *("--uid", "65534", "--gid", "65534", "--"),
)
_CHECK_SECONDS = 60


class Sandbox(StrEnum):
    """What stands around a program."""

    #: bubblewrap: own namespaces, no network, a file system with nothing but /usr, and resource limits.
    NAMESPACES = "namespaces"
    #: Resource limits alone, where user namespaces are switched off.
    RLIMITS = "rlimits"


@functools.cache
def available_sandbox() -> Sandbox:
    """Return the best sandbox that works here, tried with the real decoder.

    Raises ``SandboxUnavailableError`` where ffmpeg, ffprobe or prlimit is missing.
    """
    if any(shutil.which(program) is None for program in ("ffmpeg", "ffprobe", "prlimit")):
        raise SandboxUnavailableError
    if shutil.which("bwrap") is None:
        return Sandbox.RLIMITS
    trial = subprocess.run(  # noqa: S603 # a fixed command
        sandboxed(["ffmpeg", "-version"], DecodingLimits(), Sandbox.NAMESPACES),
        capture_output=True,
        timeout=_CHECK_SECONDS,
        check=False,
    )
    return Sandbox.RLIMITS if trial.returncode else Sandbox.NAMESPACES


def sandboxed(command: Sequence[str], limits: DecodingLimits, sandbox: Sandbox) -> list[str]:
    """Return the command with the sandbox around it."""
    bounded = [
        "prlimit",
        f"--as={limits.memory_bytes}",
        f"--cpu={limits.cpu_seconds}",
        # Nothing is ever written to a file, so that nothing of a session can be left in one.
        "--fsize=0",
        "--nofile=64",
        "--core=0",
        *command,
    ]
    return ["bwrap", *_BUBBLEWRAP, *bounded] if sandbox is Sandbox.NAMESPACES else bounded


@contextmanager
def running(
    command: Sequence[str], limits: DecodingLimits, sandbox: Sandbox, stdin: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the command with ``stdin`` and a pipe from its output; it is dead when the block is left.

    What it says on standard error is thrown away: it may quote a recording's metadata.
    """
    with subprocess.Popen(  # noqa: S603 # the command is ours, only its input is untrusted
        sandboxed(command, limits, sandbox),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
    ) as process:
        deadline = threading.Timer(limits.wall_seconds, process.kill)
        deadline.start()
        try:
            yield process
        finally:
            deadline.cancel()
            process.kill()


def output_of(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    """Return the pipe from the program's output."""
    if process.stdout is None:
        raise RecordingUndecodableError
    return process.stdout
