"""Settings -> what takes in objects that arrive in the inbound bucket by themselves."""

from config.storing import s3_access
from config.wiring import Wiring
from pipeline.adapters.arrivals.queue_poller import QueuePoller
from pipeline.adapters.keys.sealing import UploadKey
from pipeline.arrivals import Arrivals
from pipeline.errors import SettingsInvalidError
from pipeline.intake import Intake
from pipeline.ports import Doorbell
from pipeline.vocabularies import Vocabularies


def make_arrivals(wiring: Wiring, doorbell: Doorbell) -> Arrivals:
    """Return the one door for arrivals; raise ``SettingsInvalidError`` where no inbound bucket is named."""
    from pipeline.adapters.store.s3 import S3Store
    from pipeline.adapters.store.s3_client import s3_client

    settings = wiring.settings
    bucket = settings.store.inbound_bucket
    if not bucket:
        raise SettingsInvalidError(where="store.inbound_bucket")
    return Arrivals(
        ledger=wiring.ledger,
        registry=wiring.ledger,
        intake=Intake(wiring.ledger, wiring.artifacts, doorbell, settings.recording.max_bytes),
        inbound=S3Store(s3_client(s3_access(settings)), bucket),
        bucket=bucket,
        unsealer=UploadKey(settings.keys.upload_key, apart_from=(settings.folder,)),
        clock=wiring.clock,
        keep_refused=settings.arrivals.keep_unconsented,
    )


def make_vocabularies(wiring: Wiring) -> Vocabularies:
    """Return what keeps names for recordings that are still to come."""
    return Vocabularies(wiring.ledger, wiring.artifacts, wiring.settings.arrivals.keep_vocabulary)


def make_queue_poller(wiring: Wiring, arrivals: Arrivals) -> QueuePoller | None:
    """Return what polls the SQS-style queue, or ``None`` where none is set."""
    import boto3

    queue_url = wiring.settings.arrivals.queue_url
    if not queue_url:
        return None
    endpoint = wiring.settings.arrivals.queue_endpoint_url or None
    client = boto3.client("sqs", endpoint_url=endpoint, region_name=wiring.settings.store.region)
    return QueuePoller(client, queue_url, arrivals.receive)
