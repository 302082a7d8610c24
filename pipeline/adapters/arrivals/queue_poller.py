"""Word of inbound objects from an SQS-style queue."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.adapters.arrivals.s3_events import announcements
from pipeline.adapters.store.s3_client import named_errors
from pipeline.errors import AnnouncementInvalidError, TransientError
from pipeline.ports.arrivals import Announcement

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

#: The most that one request gives.
_BATCH = 10
_WAIT_SECONDS = 20


class QueuePoller:
    """Takes messages from the queue and deletes each once its objects were received.

    A message whose objects could not be received for a transient reason becomes visible again by itself; one that
    is no event is deleted, for it would come back for ever.
    """

    def __init__(self, client: "SQSClient", queue_url: str, receive: Callable[[Announcement], object]) -> None:
        self._sqs = client
        self._queue_url = queue_url
        self._receive = receive

    def poll(self, wait_seconds: int = _WAIT_SECONDS) -> int:
        """Handle what is there, waiting for something at most so long; return how many messages were done with."""
        with named_errors():
            reply = self._sqs.receive_message(
                QueueUrl=self._queue_url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=wait_seconds
            )
        return sum(self._handle(message) for message in reply.get("Messages", ()))

    def _handle(self, message: "MessageTypeDef") -> int:
        try:
            for announcement in announcements(message.get("Body", "")):
                self._receive(announcement)
        except TransientError:
            return 0
        except AnnouncementInvalidError:
            pass
        with named_errors():
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message.get("ReceiptHandle", ""))
        return 1
