"""One session on PostgreSQL, Redis and S3: handed in by one process, worked on by four."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from pipeline.adapters.store.s3_client import S3Access
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import SessionId, Stage, StageStatus
from tests.e2e.deployment import (
    Deployment,
    consent_file,
    empty_database,
    excerpt,
    on_servers,
    phrases,
    spoken_in,
    versioned,
)
from tests.ledger_views import entries
from tests.servers.postgres import Cluster

pytestmark = [pytest.mark.servers, pytest.mark.models, pytest.mark.slow]

SESSION = SessionId("visit-0001-on-servers")
BUCKET = "finished-session"
SECONDS = 50
#: A drained worker ends so.
GOOD = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The deployment after the session's last stage, and what its messages and processes were."""

    deployment: Deployment
    messages: tuple[bytes, ...]
    exit_codes: tuple[int | None, ...]
    pids: tuple[int, ...]


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster, redis_server: str, s3_access: S3Access
) -> Iterator[Finished]:
    """Take an excerpt of the sample session through every stage."""
    folder = tmp_path_factory.mktemp("on-servers")
    address = redis_server.removesuffix("/0") + "/1"
    with (
        empty_database(postgres, "finished_session") as database_url,
        versioned(s3_access, BUCKET) as bucket,
        on_servers(folder, database_url, address, s3_access, bucket) as deployment,
        deployment.opened() as wiring,
    ):
        recording = excerpt(folder, "visit.opus", SECONDS, "-c", "copy")
        handed_in = deployment.submit(recording, consent_file(folder, session_id=None), SESSION)
        assert handed_in.returncode == 0, handed_in.stderr
        messages = everything_in(address)
        with deployment.workers(*Stage) as processes:
            deployment.await_stage(wiring, SESSION, Stage.PURGE)
        yield Finished(
            deployment,
            (*messages, *everything_in(address)),
            tuple(process.returncode for process in processes),
            tuple(process.pid for process in processes),
        )


def everything_in(address: str) -> tuple[bytes, ...]:
    """Return every key of a Redis and all that lies under it."""
    with redis.Redis.from_url(address) as client:
        keys = list(client.scan_iter())
        hashes = (value for key in keys if client.type(key) == b"hash" for value in client.hvals(key))
        lists = (value for key in keys if client.type(key) == b"list" for value in client.lrange(key, 0, -1))
        return (*keys, *hashes, *lists)


def said(deployment: Deployment) -> set[str]:
    """Return the phrases of the session's transcript."""
    with deployment.opened() as wiring:
        row = wiring.ledger.session(SESSION)
        artifact = next(a for a in row.artifacts if a.kind is ArtifactKind.TRANSCRIPT)
        with wiring.artifacts.read(artifact) as body:
            return phrases(body.read())


def test_every_stage_succeeds_in_a_process_of_its_own(finished: Finished) -> None:
    """Four workers in four processes take the session through four stages, and drain when told to stop."""
    with finished.deployment.opened() as wiring:
        starts = [e["facts"] for s in Stage for e in entries(wiring.ledger, s) if e["event"] == "stage_started"]
    shown = finished.deployment.status(SESSION)

    assert [(run["stage"], run["status"]) for run in shown["stages"]] == [(s, StageStatus.SUCCEEDED) for s in Stage]
    assert [start["attempt"] for start in starts] == [1, 1, 1, 1]
    assert [f"-{pid}-" in start["worker_id"] for pid, start in zip(finished.pids, starts, strict=True)] == [True] * 4
    assert set(finished.exit_codes) == {GOOD}
    assert SECONDS - 1 < shown["audio_seconds"] < SECONDS + 1


def test_the_recording_is_gone_and_its_deletion_certified(finished: Finished) -> None:
    """After the last verdict no version of the recording is left, and the certificate of it is signed."""
    with finished.deployment.opened() as wiring:
        (certificate,) = wiring.ledger.certificates(SESSION)
        left = [v.key for v in wiring.objects.versions(f"sessions/{SESSION}/recording/")]
        signed = wiring.signer.check(certificate.body, certificate.signature)
        kept = {artifact.kind for artifact in wiring.ledger.session(SESSION).artifacts}
    (row,) = json.loads(certificate.body)["deleted"]

    assert signed
    assert (row["kind"], row["keys_destroyed"], row["versions_found_after"]) == ("recording", 1, 0)
    assert left == []
    assert kept == set(ArtifactKind) - {ArtifactKind.RECORDING}


def test_the_audit_log_is_intact(finished: Finished) -> None:
    """The audit check finds every stream whole."""
    assert "The audit log is intact." in finished.deployment.done("audit", "check")


def test_the_bucket_holds_ciphertext_alone(finished: Finished) -> None:
    """No object has a phrase of the session or the form of a recording in it, and no object key says anything."""
    sayings = said(finished.deployment)
    with finished.deployment.opened() as wiring:
        listed = [version.key for version in wiring.objects.versions("")]
        bodies = [wiring.objects.open(key).read() for key in listed]

    assert len(listed) == 4
    assert all(re.fullmatch(rf"sessions/{SESSION}/[a-z_]+/1-[0-9a-f]{{32}}", key) for key in listed)
    assert len(sayings) > 30
    assert [saying for body in bodies for saying in spoken_in(body, sayings)] == []
    assert [magic for magic in (b"OggS", b"fLaC", b"RIFF", b'{"') for body in bodies if magic in body[:64]] == []


def test_redis_holds_opaque_ids_alone(finished: Finished) -> None:
    """A message is the id of a run; nothing else of a session was ever in Redis."""
    messages = [json.loads(m) for m in finished.messages if m.startswith(b"{")]

    assert messages
    assert all(re.fullmatch(r"run-[0-9a-f]{32}", message["args"][0]) for message in messages)
    assert {(len(m["args"]), len(m["kwargs"]), len(m["options"])) for m in messages} <= {(1, 0, 0), (1, 0, 1)}
    assert [m for m in finished.messages if str(SESSION).encode() in m] == []
    assert spoken_in(b" ".join(finished.messages), said(finished.deployment)) == []


def test_logs_are_lines_of_ids_and_codes(finished: Finished) -> None:
    """What four workers logged is JSON, one event a line, with no phrase of the session."""
    text = b"".join(log.read_bytes() for log in finished.deployment.logs)
    events = [json.loads(line)["event"] for line in text.splitlines()]

    assert events.count("stage_run_finished") == 4
    assert spoken_in(text, said(finished.deployment)) == []


def test_documents_can_be_handed_out(finished: Finished, tmp_path: Path) -> None:
    """The session's documents are written for the one who asks, for nobody else to read."""
    finished.deployment.done("export", SESSION, "-o", tmp_path / "out")
    written = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()}
    transcript = json.loads((tmp_path / "out" / "transcript.json").read_text())

    assert {"transcript.json", "note.json", "verdicts.jsonl", "audit.jsonl", "report.html"} <= written.keys()
    assert set(written.values()) == {0o600}
    assert {segment["role"] for segment in transcript["segments"]} >= {"CLINICIAN"}
