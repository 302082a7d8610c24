"""An upload that nobody hands in: announced, sealed, put into the bucket, and taken in by the web process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from pipeline.adapters.database import create_ledger
from pipeline.adapters.store.s3_client import S3Access
from pipeline.ports.arrivals import ArrivalState
from tests.free_port import free_port
from tests.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.servers, pytest.mark.slow]
NIGHTSCRIBE = str(Path(sys.executable).with_name("nightscribe"))
TOKEN = "a-token-for-this-test"  # noqa: S105 - of this test's own server


@dataclass(frozen=True)
class Deployment:
    """An embedded deployment with an inbound bucket, run through its commands."""

    folder: Path
    environment: dict[str, str]
    bucket: str
    s3: "S3Client"

    def run(self, *arguments: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        done = subprocess.run(
            [NIGHTSCRIBE, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def upload(self, key: str, path: Path) -> None:
        """Put a file into the inbound bucket, as an uploader does."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=path.read_bytes())

    def sessions(self) -> list[dict[str, object]]:
        """Return what `status --json` says."""
        found: list[dict[str, object]] = json.loads(self.run("status", "--json"))
        return found

    def refused(self) -> int:
        """Count the arrivals that were refused."""
        ledger = create_ledger(f"sqlite:///{self.folder / 'data' / 'ledger.sqlite3'}")
        found = ledger.arrivals(ArrivalState.REFUSED)
        ledger.close()
        return len(found)

    def inbound(self) -> int:
        """Count the versions and markers in the inbound bucket."""
        listing = self.s3.list_object_versions(Bucket=self.bucket)
        return len(listing.get("Versions", [])) + len(listing.get("DeleteMarkers", []))


@pytest.fixture
def deployment(s3_access: S3Access, s3: "S3Client", versioned_bucket: str, tmp_path: Path) -> Deployment:
    environment = {
        **os.environ,
        "NIGHTSCRIBE_DATA_DIR": str(tmp_path / "data"),
        "NIGHTSCRIBE_KEYS__FOLDER": str(tmp_path / "keys"),
        "NIGHTSCRIBE_STORE__INBOUND_BUCKET": versioned_bucket,
        "NIGHTSCRIBE_STORE__ENDPOINT_URL": str(s3_access.endpoint_url),
        "NIGHTSCRIBE_ARRIVALS__TOKEN": TOKEN,
        "NIGHTSCRIBE_ARRIVALS__RECONCILE": "PT1S",
        "AWS_ACCESS_KEY_ID": str(s3_access.access_key_id),
        "AWS_SECRET_ACCESS_KEY": str(s3_access.secret_access_key),
    }
    consent = subprocess.run(
        [NIGHTSCRIBE, "consent", "example"], env=environment, capture_output=True, text=True, check=True
    )
    form = json.loads(consent.stdout)
    form["session_id"] = "upload-session-1"
    (tmp_path / "consent.json").write_text(json.dumps(form))
    (tmp_path / "recording.wav").write_bytes(b"RIFF" + bytes(range(256)) * 40)
    return Deployment(tmp_path, environment, versioned_bucket, s3)


@pytest.fixture
def web(deployment: Deployment) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([NIGHTSCRIBE, "web", "--port", str(port)], env=deployment.environment)
    address = f"http://127.0.0.1:{port}"
    assert until(lambda: _answers(f"{address}/ready"))
    yield address
    process.terminate()
    process.wait(60)


def test_a_sealed_upload_becomes_a_session(deployment: Deployment, web: str) -> None:
    """A sealed object put under an announced session's key is taken in, and no version of it stays."""
    names = deployment.folder / "names.txt"
    names.write_text("Lamictal\nElm House\n")
    form = str(deployment.folder / "consent.json")
    key = deployment.run("expect", "--consent", form, "--vocabulary", str(names)).strip()
    (deployment.folder / "public.json").write_text(deployment.run("keys", "public"))
    sealed = deployment.folder / "sealed"
    deployment.run(
        *("seal", str(deployment.folder / "recording.wav"), "--session-id", "upload-session-1"),
        *("--public-key", str(deployment.folder / "public.json"), "-o", str(sealed)),
    )
    deployment.upload(key, sealed)

    assert until(lambda: deployment.inbound() == 0)
    assert [session["session_id"] for session in deployment.sessions()] == ["upload-session-1"]
    assert b"RIFF" not in sealed.read_bytes()
    assert len(list((deployment.folder / "data").rglob("*.vocabulary.000000"))) == 1


def test_an_upload_nobody_announced_is_not_taken_in(deployment: Deployment, web: str) -> None:
    """Without an announced session and consent an object is refused, waits on its clock, and starts nothing."""
    deployment.upload("inbound/stranger-session-9", deployment.folder / "recording.wav")

    assert until(lambda: deployment.refused() == 1)
    assert deployment.sessions() == []
    assert deployment.inbound() == 1


@pytest.mark.parametrize("token", ["", "Bearer wrong"])
def test_an_announcement_without_the_token_is_refused(web: str, token: str) -> None:
    """Whoever lacks the token cannot make the deployment look anywhere."""
    answer = httpx.post(f"{web}/api/arrivals", json={"Records": []}, headers={"Authorization": token})

    assert answer.status_code == httpx.codes.UNAUTHORIZED


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
