"""Handing in what may not be handed in, or where something is missing: a reason code, a sentence, and nothing kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, consent_file, decisions
from tests.sounds import noise, wav

pytestmark = pytest.mark.slow

DONE, FAILED = 0, 1
BOTH = ("clinician-1", "client-1")
EVERY_PURPOSE = ("record", "store_audio", "transcribe", "ai_draft", "ground_verify")


@dataclass(frozen=True, slots=True)
class Case:
    """What is wrong, and how it is to be named."""

    reason_code: str
    #: What is written into the folder; returns the consent file.
    prepare: Callable[[Deployment], Path]
    sentence: str
    environment: tuple[tuple[str, str], ...] = ()
    file_size: int | None = None
    recording: bytes | None = field(default=None, repr=False)


def with_consent(consents: list[dict[str, object]]) -> Callable[[Deployment], Path]:
    """Return what writes a consent file with these decisions."""
    return lambda deployment: consent_file(deployment.folder, session_id=None, consents=consents)


def usual(deployment: Deployment) -> Path:
    """Write everyone's consent."""
    return consent_file(deployment.folder, session_id=None)


def of_another_session(deployment: Deployment) -> Path:
    """Write a consent that names another session."""
    return consent_file(deployment.folder, session_id="another-session-0001")


def broken(deployment: Deployment) -> Path:
    """Write half of a consent."""
    path = usual(deployment)
    path.write_text(path.read_text()[:-10])
    return path


def withdrawn(deployment: Deployment) -> Path:
    """Have the client's standing consent withdrawn, and bring only the clinician's."""
    standing = consent_file(deployment.folder, "standing.json", session_id=None, consents=decisions("client-1"))
    deployment.done("consent", "grant", standing)
    deployment.done("consent", "withdraw", "client-1")
    return consent_file(deployment.folder, session_id=None, consents=decisions("clinician-1"))


def without_key(deployment: Deployment) -> Path:
    """Lose the key file of a deployment that has been in use."""
    deployment.done("status")
    (deployment.folder / "keys" / "wrapping-key.json").unlink()
    return usual(deployment)


AWS = (("AWS_ACCESS_KEY_ID", "none"), ("AWS_SECRET_ACCESS_KEY", "none"))
#: Nobody listens there.
CLOSED = "127.0.0.1:9"
NO_STORE = (
    ("NIGHTSCRIBE_STORE__KIND", "s3"),
    ("NIGHTSCRIBE_STORE__BUCKET", "bucket"),
    ("NIGHTSCRIBE_STORE__ENDPOINT_URL", f"http://{CLOSED}"),
    *AWS,
)
NO_DATABASE = (("NIGHTSCRIBE_DATABASE_URL", f"postgresql://nobody@{CLOSED}/none"),)

CASES = {
    "one person without consent": Case(
        "consent_missing", with_consent(decisions("clinician-1")), "Someone recorded has not consented"
    ),
    "not to storing": Case(
        "consent_missing", with_consent(decisions(*BOTH, purposes=("record",))), "Someone recorded has not consented"
    ),
    "expired": Case(
        "consent_expired",
        with_consent([*decisions("clinician-1"), *decisions("client-1", valid_to="2026-02-01T00:00:00Z")]),
        "A consent has expired",
    ),
    "not yet valid": Case(
        "consent_not_yet_valid",
        with_consent([*decisions("clinician-1"), *decisions("client-1", valid_from="2099-01-01T00:00:00Z")]),
        "A consent begins later",
    ),
    "denied": Case(
        "consent_denied",
        with_consent([*decisions("clinician-1"), *decisions("client-1", decision="deny")]),
        "Someone recorded refused",
    ),
    "withdrawn": Case("consent_withdrawn", withdrawn, "A consent was withdrawn"),
    "of another session": Case("consent_session_mismatch", of_another_session, "belongs to another session"),
    "half a file": Case("consent_form_invalid", broken, "The consent file is not valid"),
    "no purpose of that name": Case(
        "consent_form_invalid", with_consent(decisions(*BOTH, purposes=("eavesdrop",))), "consents[0].purposes[0]"
    ),
    "no key file": Case("key_file_missing", without_key, "Restore it from its backup"),
    "no store": Case("store_unavailable", usual, "The object store cannot be reached", NO_STORE),
    "no database": Case("database_unavailable", usual, "The database cannot be reached", NO_DATABASE),
    "full disk": Case(
        "store_full", usual, "Make room", file_size=2_000_000, recording=wav(noise(30, rate=48_000), rate=48_000)
    ),
    "no bytes": Case("recording_empty", usual, "The recording has no bytes", recording=b""),
}


@pytest.mark.parametrize("what", CASES)
def test_a_refusal_names_its_reason_and_keeps_nothing(embedded_commands: Deployment, what: str) -> None:
    """The command ends with status 1, one line on standard error says why, and no object is left behind."""
    case, deployment = CASES[what], embedded_commands
    consent = case.prepare(deployment)
    recording = deployment.folder / "visit.wav"
    recording.write_bytes(wav(noise(12)) if case.recording is None else case.recording)
    deployment.environment |= dict(case.environment)
    if what == "no database":
        deployment.done("keys", "create")
    result = deployment.run(
        "submit", recording, "--consent", consent, "--session-id", "visit-0001", limit_file_size=case.file_size
    )
    lines = [line for line in result.stderr.splitlines() if not line.startswith("{")]

    assert result.returncode == FAILED
    assert [line.split(":")[0] for line in lines] == [case.reason_code]
    assert case.sentence in lines[0]
    assert "client-1" not in result.stderr
    assert [path for path in (deployment.folder / "data").rglob("*-*") if path.is_file()] == []


def test_one_refusal_in_a_batch_stops_nobody_else(embedded_commands: Deployment) -> None:
    """Of a night's recordings the one without consent is refused by name, and the others are accepted."""
    deployment, folder = embedded_commands, embedded_commands.folder
    consent_file(folder, "good.json", session_id=None)
    consent_file(folder, "bad.json", session_id=None, consents=decisions("clinician-1"))
    (folder / "visit.wav").write_bytes(wav(noise(12)))
    rows = (
        "audio,consent,session_id",
        *(f"visit.wav,{c}.json,visit-{i}-{c}" for i, c in enumerate(("good", "bad", "good"))),
    )
    (folder / "night.csv").write_text("\n".join(rows))
    result = deployment.run("batch", folder / "night.csv")
    with deployment.opened() as wiring:
        accepted = {row.session.session_id for row in wiring.ledger.sessions()}

    assert result.returncode == FAILED
    assert "visit-1-bad: consent_missing:" in result.stderr
    assert "Handed in 2 of 3" in result.stdout
    assert accepted == {"visit-0-good", "visit-2-good"}
