"""Time a manifest: checked whole, then every recording encrypted and enqueued: ``python -m bench.batch``."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr

from commands.batching import check_manifest, hand_in, manifest_digest
from config.settings import KeySettings, Settings
from config.wiring import Wiring, create_keys, wire
from pipeline.adapters.database import migrate
from pipeline.domain.consent import Purpose
from pipeline.domain.documents.manifest import COLUMNS
from pipeline.domain.night import Batch, new_batch_id

REACH_SECONDS = 10.0
#: Those of `nightscribe consent example`.
PURPOSES = (Purpose.RECORD, Purpose.STORE_AUDIO, Purpose.TRANSCRIBE, Purpose.AI_DRAFT, Purpose.GROUND_VERIFY)


def main() -> int:
    """Hand in a manifest of new sessions twice, and print what each part took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3200)
    parser.add_argument("--kilobytes", type=int, default=64, help="of each recording")
    parser.add_argument("--database", default="", help="a PostgreSQL database; embedded SQLite by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        manifest = write_recordings(top / "evening", options.rows, options.kilobytes * 1024)
        keys = KeySettings(folder=top / "keys")
        settings = Settings(data_dir=top / "data", database_url=SecretStr(options.database), keys=keys)
        if options.database:
            create_keys(settings)
            migrate(options.database)
        wiring = wire(settings)
        first = timed(wiring, manifest)
        again = timed(wiring, manifest)
    print(f"{options.rows} rows of {options.kilobytes} kB, {'PostgreSQL' if options.database else 'SQLite'}")
    print("            checked   enqueued      whole")
    for name, (checked, enqueued) in (("first time", first), ("once more", again)):
        print(f"{name:10} {checked:7.1f} s {enqueued:8.1f} s {checked + enqueued:8.1f} s")
    return 0 if sum(first) <= REACH_SECONDS else 1


def timed(wiring: Wiring, manifest: Path) -> tuple[float, float]:
    """Return the seconds that checking and handing in took."""
    began = time.monotonic()
    batch = Batch(new_batch_id(), "bench", "bench", manifest_sha256=manifest_digest(manifest))
    prepared, problems = check_manifest(wiring, manifest, batch)
    assert not problems  # noqa: S101 - a benchmark of a wrong manifest says nothing
    checked = time.monotonic()
    found = hand_in(wiring, batch, prepared, lambda _done, _all: None)
    assert not found.refused  # noqa: S101 - as above
    return checked - began, time.monotonic() - checked


def write_recordings(folder: Path, rows: int, size: int) -> Path:
    """Return a manifest with so many recordings and consents beside it."""
    folder.mkdir()
    lines = [",".join(COLUMNS)]
    for number in range(rows):
        name = f"{number:05}"
        (folder / f"{name}.wav").write_bytes(name.encode() * (size // 5))
        (folder / f"{name}.consent.json").write_text(json.dumps(consent(number)), encoding="utf-8")
        lines.append(f"{name}.wav,{name}.consent.json,,DAP,2,100,,")
    manifest = folder / "evening.csv"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def consent(number: int) -> dict[str, object]:
    """Return the consent form of a client of their own and one of 400 clinicians."""
    people = (f"client-{number:05}", "client"), (f"clinician-{number % 400:03}", "clinician")
    return {
        "participants": [{"person": person, "role": role} for person, role in people],
        "consents": [
            {
                "person": person,
                "purposes": [str(purpose) for purpose in PURPOSES],
                "decision": "permit",
                "valid_from": "2026-01-01T00:00:00Z",
                "method": "signed",
                "form_version": "2026-01",
            }
            for person, _ in people
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
