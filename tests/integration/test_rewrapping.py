"""Rotating the wrapping key: every data key is wrapped anew, everything stays readable, and it is audited."""

import io
from pathlib import Path

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.rewrapping import rewrap, wrapping_keys
from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.audit.events import Stream
from pipeline.domain.artifact import ArtifactKind
from tests.factories import keep_days, make_session, permits, two_people
from tests.fakes_store import MemoryObjectStore


def test_after_a_rotation_everything_reads_and_the_old_key_is_idle(ledger: SqlLedger, tmp_path: Path) -> None:
    """A rotation moves every data key to the new wrapping key, touches no object, and leaves one entry a batch."""
    keys = LocalKeyFile.create(tmp_path / "keys" / "wrapping.json")
    artifacts = EncryptedArtifactStore(MemoryObjectStore(), keys)
    session, people = make_session(), two_people()
    ledger.record_consents(permits(people), "test")
    stored = artifacts.write(session.session_id, ArtifactKind.RECORDING, 0, io.BytesIO(b"sound"), key=None)
    ledger.register(session, people, stored, keep_days(), None)
    before = keys.wrapping_key_id
    keys.rotate()

    moved = rewrap(ledger.database, keys, "test")
    again = rewrap(ledger.database, keys, "test")

    row = ledger.session(session.session_id)
    with artifacts.read(row.artifacts[0]) as body:
        assert body.read() == b"sound"
    assert (moved, again) == (1, 0)
    assert wrapping_keys(ledger.database) == ((keys.wrapping_key_id, 1),)
    assert before != keys.wrapping_key_id
    with ledger.audit_snapshot() as snapshot:
        names = [entry.body for entry in snapshot.entries(Stream.OPERATOR)]
    assert len(names) == 1
    assert b"keys_rewrapped" in names[0]
