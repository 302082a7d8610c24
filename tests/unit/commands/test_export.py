"""What an export hands out of a session that was deleted, for anybody to check without us."""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from typer.testing import CliRunner

from commands.main import app
from config.settings import KeySettings, Settings
from config.wiring import wire
from pipeline.domain.session import Stage, WorkerId
from pipeline.runner import Outcome, Runner
from tests.fakes import RecordingDoorbell


def delete_what_is_due(folder: Path) -> Outcome:
    """Do what the deployment's purge worker would."""
    wiring = wire(Settings(data_dir=folder / "data", keys=KeySettings(folder=folder / "keys")))
    runner = Runner(wiring.ledger, wiring.artifacts, {}, wiring.signer, RecordingDoorbell(), wiring.clock)
    outcome = runner.run_next(Stage.PURGE, WorkerId("worker-1"))
    wiring.ledger.close()
    return outcome


def test_a_deleted_session_leaves_certificates_that_anybody_can_check(
    runner: CliRunner, submitted: str, tmp_path: Path
) -> None:
    """Each certificate lies there as it was signed, with its signature and the key, readable by its owner only."""
    runner.invoke(app, ["purge", submitted])
    outcome = delete_what_is_due(tmp_path)

    runner.invoke(app, ["export", submitted, "-o", str(tmp_path / "out")])

    (path,) = (tmp_path / "out").glob("cert-*.json")
    key = load_pem_public_key((tmp_path / "out" / "public_key.pem").read_bytes())
    signature = path.with_suffix(".sig").read_bytes()
    assert outcome is Outcome.SUCCEEDED
    assert isinstance(key, Ed25519PublicKey)
    key.verify(signature, path.read_bytes())
    with pytest.raises(InvalidSignature):
        key.verify(signature, path.read_bytes() + b" ")
    assert {kind["kind"] for kind in json.loads(path.read_bytes())["deleted"]} >= {"recording", "transcript"}
    assert {found.stat().st_mode & 0o777 for found in (tmp_path / "out").iterdir()} == {0o600}
    assert not (tmp_path / "out" / "transcript.json").exists()
