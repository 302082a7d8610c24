"""The S3 store on a real server: what a bucket keeps that a listing does not show, and what happens when it fails."""

import io
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.adapters.store.s3 import S3Store
from pipeline.adapters.store.s3_client import S3Access, s3_client
from pipeline.domain.artifact import ObjectKey
from pipeline.errors import StoreUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.servers

KEY = "sessions/one/recording/1-k"
#: Two pages of Ceph's, which lists fewer than asked for where one key has many versions.
VERSIONS = 700

#: Uploads without end, and says when the first part is there.
UPLOADER = """
import io, sys
from pipeline.adapters.store.s3 import S3Store
from pipeline.adapters.store.s3_client import S3Access, s3_client
class Endless(io.RawIOBase):
    given = 0
    def readable(self): return True
    def readinto(self, buffer):
        self.given += len(buffer)
        if self.given > 24 * 1024 * 1024:
            print("under way", flush=True)
        return len(buffer)
endpoint, region, key, secret, bucket = sys.argv[1:]
S3Store(s3_client(S3Access(endpoint, region, key, secret)), bucket).put("sessions/one/recording/1-k", Endless())
"""


def test_destroy_reaches_what_a_plain_delete_leaves(s3: "S3Client", versioned_bucket: str) -> None:
    """Old versions, delete markers, unversioned leftovers and unfinished uploads are all listed, and all removed."""
    for content in (b"first", b"second"):
        s3.put_object(Bucket=versioned_bucket, Key=KEY, Body=content)
    s3.delete_object(Bucket=versioned_bucket, Key=KEY)
    s3.put_bucket_versioning(Bucket=versioned_bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=versioned_bucket, Key=KEY, Body=b"third")
    s3.create_multipart_upload(Bucket=versioned_bucket, Key=KEY)
    store = S3Store(s3, versioned_bucket)

    assert len(list(store.versions("sessions/one/"))) == 5
    assert store.destroy("sessions/one/") == 5
    assert list(store.versions("")) == []


@pytest.mark.slow
def test_destroy_goes_through_every_page(s3: "S3Client", versioned_bucket: str) -> None:
    """More versions than one answer lists are all removed, though each removal moves the listing."""

    def put(_: int) -> None:
        s3.put_object(Bucket=versioned_bucket, Key=KEY, Body=b"")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(VERSIONS)))
    store = S3Store(s3, versioned_bucket)

    assert store.destroy("sessions/one/") == VERSIONS
    assert list(store.versions("")) == []


def test_a_version_that_may_not_be_removed_is_no_success(s3: "S3Client") -> None:
    """Under object lock a destruction fails and says how many are left, and has removed all the others."""
    bucket = f"locked-{os.urandom(6).hex()}"
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    until = datetime.now(UTC) + timedelta(days=1)
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"kept", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
    s3.put_object(Bucket=bucket, Key=f"{KEY}-free", Body=b"free")
    store = S3Store(s3, bucket)

    with pytest.raises(StoreUnavailableError) as caught:
        store.destroy("sessions/")
    assert caught.value.facts == {"not_removed": 1}
    assert [version.key for version in store.versions("")] == [KEY]


def test_an_upload_cut_off_by_a_crash_is_listed_and_destroyed(
    s3: "S3Client", plain_bucket: str, s3_access: S3Access
) -> None:
    """What a worker killed in mid-upload leaves is no object, is found by the listing, and goes with the rest."""
    access = (s3_access.endpoint_url, s3_access.region, s3_access.access_key_id, s3_access.secret_access_key)
    command = [sys.executable, "-c", UPLOADER, *(str(part) for part in access), plain_bucket]
    with subprocess.Popen(command, cwd=Path.cwd(), stdout=subprocess.PIPE) as uploader:
        assert uploader.stdout is not None
        uploader.stdout.readline()
        uploader.send_signal(signal.SIGKILL)
    store = S3Store(s3, plain_bucket)

    assert "Contents" not in s3.list_objects_v2(Bucket=plain_bucket)
    assert [version.key for version in store.versions("sessions/one/")] == [KEY]
    assert store.destroy("sessions/one/") == 1
    assert list(store.versions("")) == []


def test_a_wrong_secret_is_an_unavailable_store(s3_access: S3Access, plain_bucket: str) -> None:
    """A refused credential is told by its code, without the credential, bucket or key."""
    store = S3Store(s3_client(replace(s3_access, secret_access_key="another")), plain_bucket)  # noqa: S106 # made up

    with pytest.raises(StoreUnavailableError) as caught:
        store.put(ObjectKey(KEY), io.BytesIO(b"x"))
    told = str(caught.value)
    assert not [secret for secret in ("another", plain_bucket, KEY) if secret in told]


def test_a_server_that_is_gone_is_an_unavailable_store() -> None:
    """Where nothing listens, every method says so in bounded time."""
    nowhere = S3Access("http://127.0.0.1:9", "us-east-1", "key", "secret")
    store = S3Store(s3_client(nowhere), "bucket")

    with pytest.raises(StoreUnavailableError):
        store.put(ObjectKey(KEY), io.BytesIO(b"x"))
    with pytest.raises(StoreUnavailableError):
        store.open(ObjectKey(KEY))
    with pytest.raises(StoreUnavailableError):
        list(store.versions(""))
    with pytest.raises(StoreUnavailableError):
        store.destroy("sessions/")
