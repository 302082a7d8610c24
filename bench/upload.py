"""Times a 500 MB recording uploaded in parts against a plain copy through the same server, and measures its memory.

Run ``python -m bench.upload``; the same module serves, in a process of its own.
"""

import base64
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

SIZE = 500_000_000
PART = 32 * 1024 * 1024
RUNS = 3
_PIECE = 256 * 1024
REACH_RATIO = 0.4
REACH_MEGABYTES = 64


def serve(folder: Path, port: int) -> None:
    """Serve a whole site, and beside it one route that only writes what comes to a file."""
    import uvicorn
    from fastapi import APIRouter, Request

    from tests.web.site import make_test_site
    from web.guard import open_to_all
    from web.site import make_site

    router = APIRouter(dependencies=[open_to_all("a benchmark's")])

    @router.put("/plain")
    async def plain(request: Request) -> None:
        """Write what comes to a file, durably."""
        with (folder / "plain").open("wb") as file:
            async for piece in request.stream():
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    site = make_test_site(folder)
    from pipeline.domain.account import Role

    (folder / "token").write_text(site.token(Role.OPERATOR))
    site.wiring.ledger.record_consents(_consents(), "bench")
    app = make_site(site.wiring, site.doorbell, [router]).app
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def _consents() -> tuple[object, ...]:
    from tests.factories import permits, two_people

    return permits(two_people())


@contextmanager
def serving() -> Iterator[tuple[httpx.Client, int]]:
    """Run the server in a process of its own; yield a client and the process's id."""
    from tests.free_port import free_port

    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nightscribe-bench-") as folder:
        process = subprocess.Popen([sys.executable, "-m", "bench.upload", folder, str(port)])  # noqa: S603 - ourselves
        base = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{base}/health")
            token = (Path(folder) / "token").read_text()
            with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=300) as client:
                yield client, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    message = "the server did not start"
    raise TimeoutError(message)


def pieces(content: bytes) -> Iterator[bytes]:
    """Yield the content a piece at a time: handed over whole, the client itself would be what is timed."""
    whole = memoryview(content)
    yield from (bytes(whole[start : start + _PIECE]) for start in range(0, len(content), _PIECE))


def copy_plainly(client: httpx.Client, content: bytes) -> float:
    """Return the seconds a plain copy takes."""
    begun = time.perf_counter()
    headers = {"Content-Length": str(len(content))}
    client.put("/plain", content=pieces(content), headers=headers).raise_for_status()
    return time.perf_counter() - begun


def upload(client: httpx.Client, content: bytes) -> tuple[float, float]:
    """Return the seconds until every part is kept, and until the session has its recording."""
    from tests.factories import two_people

    people = [{"person": each.person, "role": each.role} for each in two_people()]
    session = client.post("/v1/sessions", json={"participants": people}).raise_for_status().json()["session_id"]
    begun = time.perf_counter()
    order = {"session_id": session, "size_bytes": len(content)}
    place = client.post("/v1/uploads", json=order).raise_for_status().headers["location"]
    for offset in range(0, len(content), PART):
        part = content[offset : offset + PART]
        digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Length": str(len(part))}
        client.put(f"{place}/parts/{offset}", content=pieces(part), headers=headers).raise_for_status()
    kept = time.perf_counter() - begun
    client.post(f"{place}/complete").raise_for_status()
    return kept, time.perf_counter() - begun


def memory(pid: int, name: str) -> float:
    """Return a figure of a process's memory in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024 / 1e6


def main() -> None:
    """Print the table."""
    content = os.urandom(SIZE)
    with serving() as (client, pid):
        copy_plainly(client, content[:PART])
        upload(client, content[:PART])
        before = memory(pid, "VmRSS")
        plain = min(copy_plainly(client, content) for _ in range(RUNS))
        # Peak memory is counted from here on.
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        kept, whole = min((upload(client, content) for _ in range(RUNS)), key=lambda pair: pair[1])
        added = memory(pid, "VmHWM") - before
    show(plain, kept, whole, added)


def show(plain: float, kept: float, whole: float, added: float) -> None:
    """Print what was measured and whether it reaches what was asked."""
    table = Table("What", "Seconds", "MB/s", "Of a plain copy")
    for what, seconds in (("plain copy", plain), ("every part kept", kept), ("recording accepted", whole)):
        table.add_row(what, f"{seconds:.2f}", f"{SIZE / seconds / 1e6:.0f}", f"{plain / seconds:.2f}")
    console = Console()
    console.print(f"{SIZE / 1e6:.0f} MB in parts of {PART / 2**20:.0f} MiB, best of {RUNS}; {os.cpu_count()} cores")
    console.print(table)
    console.print(f"Memory added at the peak: {added:.0f} MB (at most {REACH_MEGABYTES})")
    reached = plain / whole >= REACH_RATIO and added < REACH_MEGABYTES
    console.print(f"Asked: {REACH_RATIO} of a plain copy until the recording is accepted. Reached: {reached}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        serve(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()
