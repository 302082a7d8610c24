"""A boto3 client that gives up in time, and the names this program gives to what S3 answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.errors import ObjectExistsError, ObjectMissingError, PipelineError, StoreFullError, StoreUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONNECT_SECONDS = 5
_READ_SECONDS = 60
_TRIES = 4
_MISSING = {"NoSuchKey", "NoSuchUpload", "NoSuchVersion", "404"}
_TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "507"}


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where the buckets are and how to get in; ``None`` leaves it to the machine's role (AWS)."""

    endpoint_url: str | None = None
    region: str | None = None
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)


def s3_client(access: S3Access) -> "S3Client":
    """Return a client with explicit timeouts and retries.

    Checksums are sent only where the operation asks for them: several servers refuse the trailers that newer
    clients add by themselves, and what is stored here is authenticated ciphertext.
    """
    return boto3.client(
        "s3",
        endpoint_url=access.endpoint_url,
        region_name=access.region,
        aws_access_key_id=access.access_key_id,
        aws_secret_access_key=access.secret_access_key,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if access.endpoint_url else "auto"},
        ),
    )


@contextmanager
def named_errors() -> Iterator[None]:
    """Give S3's errors the store's names, without the bucket and key that their messages carry."""
    try:
        yield
    except ClientError as error:
        raise _named(str(error.response.get("Error", {}).get("Code", ""))) from None
    except BotoCoreError as error:
        raise StoreUnavailableError(kind=type(error).__name__) from None


def _named(code: str) -> PipelineError:
    if code in _MISSING:
        return ObjectMissingError()
    if code in _TAKEN:
        return ObjectExistsError()
    if code in _FULL:
        return StoreFullError(code=code)
    return StoreUnavailableError(code=code)
