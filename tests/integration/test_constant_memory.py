"""Large recordings pass through encryption and store in constant memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.adapters.store.s3_client import S3Access

MEBIBYTES = 256
#: A fraction of what passes through; one S3 part and a few segments are the working set.
ALLOWED_GROWTH = 24.0


def growth(folder: Path, *access: str) -> float:
    """Return by how many MiB the peak grew between a small and a large recording, in a process of its own."""
    command = [sys.executable, "-m", "tests.programs.stream_through_store", str(folder), str(MEBIBYTES), *access]
    run = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[2])
    return float(json.loads(run.stdout)["growth_mib"])


@pytest.mark.slow
def test_a_large_recording_in_a_folder_takes_no_more_memory(tmp_path: Path) -> None:
    """A recording of hundreds of MiB is encrypted, stored and read back within a few MiB."""
    assert growth(tmp_path) < ALLOWED_GROWTH


@pytest.mark.slow
@pytest.mark.servers
def test_a_large_recording_in_s3_takes_no_more_memory(tmp_path: Path, s3_access: S3Access, plain_bucket: str) -> None:
    """The same holds for a multipart upload."""
    access = (s3_access.endpoint_url, s3_access.region, s3_access.access_key_id, s3_access.secret_access_key)

    assert growth(tmp_path, *(str(part) for part in access), plain_bucket) < ALLOWED_GROWTH
