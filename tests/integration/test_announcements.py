"""Word of uploads through real servers: Ceph's HTTP notifications, and an SQS queue."""

import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
import uvicorn
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fastapi import FastAPI
from moto.server import ThreadedMotoServer

from pipeline.adapters.arrivals.queue_poller import QueuePoller
from pipeline.adapters.database import SqlLedger
from pipeline.adapters.store.s3 import S3Store
from pipeline.adapters.store.s3_client import S3Access
from pipeline.errors import StoreUnavailableError
from pipeline.ports.arrivals import Announcement, ArrivalState
from tests.fakes_store import MemoryObjectStore
from tests.inbound_bucket import Site, make_site
from tests.waiting import until
from web.api.arrivals import arrivals_router

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

TOKEN = "a-token-of-the-test"  # noqa: S105 # invented
RECORDING = b"RIFF, and a phrase of the recording" * 1000


@dataclass
class Listener:
    """The HTTP interface, on a port of the loopback."""

    port: int
    received: list[Announcement] = field(default_factory=list)
    receive: Callable[[Announcement], object] = lambda _: None

    def hear(self, announcement: Announcement) -> None:
        """Receive, then remember: who sees it remembered sees its effect."""
        self.receive(announcement)
        self.received.append(announcement)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate of our own, with its key: Ceph sends a password over TLS alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def listener(certificate: Path) -> Iterator[Listener]:
    """Serve the interface while the test runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        listening = Listener(bound.getsockname()[1])
        app = FastAPI()
        app.include_router(arrivals_router(listening.hear, TOKEN))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ssl_certfile=certificate))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        assert until(lambda: server.started)
        yield listening
        for connection in tuple(server.server_state.connections):
            # The gateway keeps its connection open, and would not answer a farewell.
            connection.loop.call_soon_threadsafe(connection.transport.abort)
        server.should_exit = True
        thread.join()


def subscribe(s3: "S3Client", access: S3Access, bucket: str, address: str) -> None:
    """Let the bucket tell the address of every new object."""
    sns = boto3.client(
        "sns",
        endpoint_url=access.endpoint_url,
        region_name=access.region,
        aws_access_key_id=access.access_key_id,
        aws_secret_access_key=access.secret_access_key,
        # Ceph's topics know the older signature alone.
        config=Config(signature_version="s3"),
    )
    sns.meta.events.register("before-send", _as_over_tls)
    name = f"topic-{secrets.token_hex(6)}"
    topic = sns.create_topic(Name=name, Attributes={"push-endpoint": address, "verify-ssl": "false"})["TopicArn"]
    rule = {"Id": name, "TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"TopicConfigurations": [rule]},  # type: ignore[list-item] # events are literals
    )
    sns.close()


def _as_over_tls(request: AWSPreparedRequest, **_: object) -> None:
    """Say what a proxy with TLS in front of the gateway would; it takes a topic's password only so."""
    request.headers["X-Forwarded-Proto"] = "https"


@pytest.mark.servers
def test_a_direct_upload_to_the_bucket_starts_the_pipeline(
    ledger: SqlLedger, tmp_path: Path, s3: "S3Client", s3_access: S3Access, versioned_bucket: str, listener: Listener
) -> None:
    """The bucket itself tells of the upload; it is taken in, and every version of it is gone."""
    site = make_site(ledger, S3Store(s3, versioned_bucket), tmp_path, versioned_bucket)
    listener.receive = site.arrivals.receive
    subscribe(s3, s3_access, versioned_bucket, f"https://notify:{TOKEN}@127.0.0.1:{listener.port}/api/arrivals")
    session_id = site.announce().session_id
    s3.put_object(Bucket=versioned_bucket, Key=f"inbound/{session_id}", Body=site.sealed(RECORDING, session_id))

    assert until(lambda: bool(listener.received))
    assert site.recording(session_id) == RECORDING
    assert site.left() == []
    assert len(site.doorbell.rings) == 1


@pytest.mark.servers
def test_every_version_of_an_upload_goes(
    ledger: SqlLedger, tmp_path: Path, s3: "S3Client", versioned_bucket: str
) -> None:
    """An upload that was sent twice, deleted and sent again leaves nothing in a versioned bucket."""
    site = make_site(ledger, S3Store(s3, versioned_bucket), tmp_path, versioned_bucket)
    session_id = site.announce().session_id
    key, neighbour = f"inbound/{session_id}", f"inbound/{session_id}-2"
    for content in (b"first try", b"second try"):
        s3.put_object(Bucket=versioned_bucket, Key=key, Body=content)
    s3.delete_object(Bucket=versioned_bucket, Key=key)
    s3.put_object(Bucket=versioned_bucket, Key=key, Body=RECORDING)
    s3.create_multipart_upload(Bucket=versioned_bucket, Key=key)
    s3.put_object(Bucket=versioned_bucket, Key=neighbour, Body=b"another session's")
    counts = site.arrivals.reconcile()

    assert (counts[ArrivalState.ACCEPTED], counts[ArrivalState.REFUSED]) == (1, 1)
    assert site.recording(session_id) == RECORDING
    assert site.left() == [neighbour]


@pytest.fixture(scope="module")
def moto_address() -> Iterator[str]:
    """Serve moto's SQS on a port of the loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@dataclass
class Queue:
    """An SQS queue, and what was received from it."""

    client: "SQSClient"
    url: str
    received: list[str] = field(default_factory=list)
    failing: bool = False

    def receive(self, announcement: Announcement) -> None:
        """Remember the key, or fail as a store does that is away."""
        if self.failing:
            raise StoreUnavailableError
        self.received.append(announcement.key)

    def send(self, *keys: str) -> None:
        """Announce that many objects in one message."""
        put = [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": k}}} for k in keys]
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps({"Records": put}))

    def waiting(self) -> int:
        """Return how many messages are left, hidden ones too."""
        held = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return int(held["ApproximateNumberOfMessages"]) + int(held["ApproximateNumberOfMessagesNotVisible"])


@pytest.fixture
def queue(moto_address: str) -> Iterator[Queue]:
    """Make a queue."""
    client = boto3.client(
        "sqs",
        endpoint_url=moto_address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 # any will do
    )
    url = client.create_queue(QueueName=secrets.token_hex(6), Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    yield Queue(client, url)
    client.close()


def test_a_message_is_deleted_once_its_objects_were_received(queue: Queue) -> None:
    """Each object of each message is received, and the queue is empty afterwards."""
    queue.send("inbound/one", "inbound/two")
    queue.send("inbound/three")
    poller = QueuePoller(queue.client, queue.url, queue.receive)
    handled = poller.poll(0) + poller.poll(0)

    assert handled == 2
    assert sorted(queue.received) == ["inbound/one", "inbound/three", "inbound/two"]
    assert queue.waiting() == 0


def test_a_message_comes_back_until_its_object_is_received(queue: Queue) -> None:
    """What could not be received for a transient reason stays in the queue."""
    queue.send("inbound/one")
    queue.failing = True
    poller = QueuePoller(queue.client, queue.url, queue.receive)
    failed = poller.poll(0)
    queue.failing = False

    assert failed == 0
    assert queue.waiting() == 1
    assert poller.poll(0) == 1
    assert queue.received == ["inbound/one"]


def test_a_message_that_is_no_event_does_not_come_back(queue: Queue) -> None:
    """It is deleted, and the others are handled."""
    queue.client.send_message(QueueUrl=queue.url, MessageBody="no event")
    queue.send("inbound/one")
    poller = QueuePoller(queue.client, queue.url, queue.receive)
    handled = poller.poll(0) + poller.poll(0)

    assert handled == 2
    assert queue.received == ["inbound/one"]
    assert queue.waiting() == 0


def test_a_queue_that_is_gone_is_transient(queue: Queue) -> None:
    """A queue that does not answer, or is not there, says so without its address."""
    with pytest.raises(StoreUnavailableError) as caught:
        QueuePoller(queue.client, f"{queue.url}-gone", queue.receive).poll(0)

    assert "gone" not in str(caught.value)


def test_the_queue_leads_to_the_same_step(ledger: SqlLedger, tmp_path: Path, queue: Queue) -> None:
    """An announced upload is taken in by what the queue calls."""
    inbound = MemoryObjectStore()
    site: Site = make_site(ledger, inbound, tmp_path, "b")
    session_id = site.announce().session_id
    inbound.objects[f"inbound/{session_id}"] = RECORDING
    queue.send(f"inbound/{session_id}")
    QueuePoller(queue.client, queue.url, site.arrivals.receive).poll(0)

    assert site.recording(session_id) == RECORDING
    assert queue.waiting() == 0
