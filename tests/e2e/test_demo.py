"""``nightscribe demo --serve``: a newcomer signs in with what was printed and sees the finished sample session."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.free_port import free_port

pytestmark = [pytest.mark.models, pytest.mark.slow]

_PROGRAM = Path(sys.executable).with_name("nightscribe")
_PATIENCE_SECONDS = 400
_STOPS_SECONDS = 60


@pytest.mark.timeout(600)  # the whole sample session is recognised first
def test_a_newcomer_sees_the_finished_session(tmp_path: Path) -> None:
    """The printed login lets in, the queues and the session's whole story are there, and Ctrl+C ends it."""
    port = free_port()
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    log = tmp_path / "demo.log"
    with log.open("wb") as output:
        command = [str(_PROGRAM), "demo", "--serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=output, stderr=output)
    try:
        name, password = _login(log, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Sec-Fetch-Site": "same-origin"}) as browser:
            _answers(browser, log, process)
            entered = browser.post("/sign-in", data={"name": name, "password": password, "go_to": "/ops"})
            night = browser.get("/ops").text
            (session_id, *_) = re.findall(r"/ops/sessions/([A-Za-z0-9_-]{8,})", browser.get(_SUCCEEDED).text)
            story = browser.get(f"/ops/sessions/{session_id}").text
        process.send_signal(signal.SIGINT)
        ended = process.wait(_STOPS_SECONDS)
    finally:
        process.kill()

    assert (entered.status_code, entered.headers["location"]) == (303, "/ops")
    assert "Nothing is on its way" in night
    assert [stage for stage in ("transcribe", "draft", "verify") if stage not in story] == []
    assert ended in {0, -signal.SIGINT, 130}


_SUCCEEDED = "/ops/runs?stage=verify&status=succeeded"


def _login(log: Path, process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    """Wait for the login and return it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = re.search(r"Sign in as (\S+) with (\S+)", log.read_text(encoding="utf-8"))
        if found is not None:
            return found[1], found[2]
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.5)
    raise TimeoutError


def _answers(browser: httpx.Client, log: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            browser.get("/health").raise_for_status()
        except httpx.TransportError:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
