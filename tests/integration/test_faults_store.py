"""A write to S3 whose answer is lost: the client sends it again, and a server that refuses overwriting refuses it."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from pipeline.adapters.store.s3 import S3Store
from pipeline.adapters.store.s3_client import S3Access, s3_client
from pipeline.domain.artifact import ObjectKey
from pipeline.errors import ObjectExistsError
from tests.servers.interruption import Interruption, interruption

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.servers, pytest.mark.slow]

BUCKET = "strict-bucket"
KEY = ObjectKey("sessions/session-0001/transcript/1-key")
MANY_PARTS = 9 * 1024 * 1024


@pytest.fixture(scope="module")
def strict_server() -> Iterator[int]:
    """Start a server that honours ``If-None-Match``, as AWS does and this Ceph does not; return its port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def proxy(strict_server: int) -> Iterator[Interruption]:
    """Stand before the server."""
    with interruption(strict_server) as standing:
        yield standing


@pytest.fixture
def client(proxy: Interruption) -> Iterator["S3Client"]:
    """Return a client behind the proxy, with an empty bucket."""
    made = s3_client(S3Access(f"http://127.0.0.1:{proxy.port}", "us-east-1", "test", "test"))
    made.create_bucket(Bucket=BUCKET)
    yield made
    S3Store(made, BUCKET).destroy("")
    made.delete_bucket(Bucket=BUCKET)
    made.close()


@pytest.mark.parametrize(
    ("size", "request_line"),
    [(1000, b"PUT /"), (MANY_PARTS, b"uploadId=")],
    ids=["in one request", "a part of many"],
)
def test_a_write_whose_answer_was_lost_succeeds(
    client: "S3Client", proxy: Interruption, size: int, request_line: bytes
) -> None:
    """A write that the server did and never confirmed is taken for what it is, though its repetition is refused."""
    store = S3Store(client, BUCKET)
    proxy.lose_one_answer(request_line)
    store.put(KEY, io.BytesIO(b"x" * size))
    with store.open(KEY) as body:
        found = len(body.read())

    assert proxy.has_lost_it
    assert found == size
    assert len(list(store.versions("sessions/"))) == 1


def test_the_completion_of_an_upload_that_was_lost_succeeds(client: "S3Client", proxy: Interruption) -> None:
    """An upload that was put together without the client's learning of it counts."""
    store = S3Store(client, BUCKET)
    proxy.lose_one_answer(b"<CompleteMultipartUpload")
    store.put(KEY, io.BytesIO(b"x" * MANY_PARTS))

    assert proxy.has_lost_it
    assert [version.size for version in store.versions("sessions/")] == [MANY_PARTS]


def test_a_write_of_another_is_not_taken_for_ones_own(client: "S3Client", proxy: Interruption) -> None:
    """Where somebody else's object lies under the key when the answer was lost, the write is refused."""
    store = S3Store(client, BUCKET)

    class Racing(io.BytesIO):
        """Has another write the same key while this body is read."""

        def read(self, size: int | None = -1, /) -> bytes:
            """Let the other one write first."""
            client.put_object(Bucket=BUCKET, Key=KEY, Body=b"another's")
            return super().read(size)

    with pytest.raises(ObjectExistsError):
        store.put(KEY, Racing(b"mine"))


def test_the_server_refuses_overwriting(client: "S3Client") -> None:
    """The server of these tests is as strict as they need it to be."""
    client.put_object(Bucket=BUCKET, Key=KEY, Body=b"first", IfNoneMatch="*")

    with pytest.raises(client.exceptions.ClientError, match="PreconditionFailed"):
        client.put_object(Bucket=BUCKET, Key=KEY, Body=b"second", IfNoneMatch="*")
