"""How much memory a process and its children hold, as Linux tells it."""

import os
from pathlib import Path

_PROC = Path("/proc")


def resident_bytes() -> int | None:
    """Return the resident memory of this process and its children; ``None`` where the system does not tell."""
    try:
        return sum(_resident(pid) for pid in (os.getpid(), *_children(os.getpid())))
    except OSError:
        return None


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in (_PROC / str(pid) / "task").iterdir():
        try:
            children = [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            # The thread has ended meanwhile.
            continue
        found.extend(children)
    return [*found, *(below for child in found for below in _grandchildren(child))]


def _grandchildren(pid: int) -> list[int]:
    try:
        return _children(pid)
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
