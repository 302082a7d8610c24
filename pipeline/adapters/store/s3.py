"""An object store in an S3 bucket, versioned or not."""

import io
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, cast

from pipeline.adapters.store.s3_client import named_errors
from pipeline.domain.artifact import ObjectKey
from pipeline.errors import ObjectExistsError, ObjectMissingError, StoreUnavailableError
from pipeline.ports import ObjectVersion

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, ObjectIdentifierTypeDef, ObjectVersionTypeDef

#: The part in hand is all that an upload keeps in memory; 10,000 parts of this size are 80 GB.
_PART = 8 * 1024 * 1024
_BUFFER = 256 * 1024
#: "*" makes a write fail where the key is taken, on servers that know it (AWS, MinIO, Ceph).
_ONLY_IF_NEW = "*"
#: Tells a write from any other write of the same key; random, and of no use to anybody else.
_MARK = "write"


class S3Store:
    """Objects in one bucket; keys are opaque, and so are the errors."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._s3 = client
        self._bucket = bucket

    def put(self, key: ObjectKey, body: BinaryIO) -> None:
        """Store everything ``body`` yields, one part in memory at a time.

        Raises ``ObjectExistsError`` where the key is taken. A failure leaves no unfinished upload behind, a killed
        process does: ``destroy`` removes it.
        """
        self._refuse_taken(key)
        mark = {_MARK: uuid.uuid4().hex}
        first = _part(body)
        try:
            if len(first) < _PART:
                self._put_whole(key, mark, first)
            else:
                self._put_in_parts(key, mark, first, body)
        except (ObjectExistsError, ObjectMissingError):
            # A write whose answer was lost is sent again by the client, and is refused because of itself.
            if not self._carries(key, mark):
                raise

    def open(self, key: ObjectKey) -> BinaryIO:
        """Return a stream of the newest version; raise ``ObjectMissingError`` where there is none."""
        with named_errors():
            reply = self._s3.get_object(Bucket=self._bucket, Key=key)
        return io.BufferedReader(_Body(cast("BinaryIO", reply["Body"])), _BUFFER)

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield every version, delete marker and unfinished upload under the prefix."""
        with named_errors():
            for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix):
                for version in page.get("Versions", ()):
                    yield _listed(version)
                for marker in page.get("DeleteMarkers", ()):
                    yield ObjectVersion(ObjectKey(marker["Key"]), marker["VersionId"], _utc(marker["LastModified"]), 0)
            for key, upload_id, started in self._uploads(prefix):
                yield ObjectVersion(key, upload_id, started, 0)

    def destroy(self, prefix: str) -> int:
        """Remove every version, delete marker and unfinished upload under the prefix; return how many.

        Goes through all of them before it raises ``StoreUnavailableError`` for those the store would not remove,
        as under object lock.
        """
        return self._emptied(prefix, lambda _: True)

    def remove(self, key: ObjectKey) -> int:
        """Remove every version, delete marker and unfinished upload of this one key; return how many."""
        return self._emptied(key, lambda found: found == key)

    def _emptied(self, prefix: str, meant: Callable[[str], bool]) -> int:
        with named_errors():
            uploads = [(key, upload_id) for key, upload_id, _ in self._uploads(prefix) if meant(key)]
            total = sum(self._abort(key, upload_id) for key, upload_id in uploads)
            removed, refused = self._remove_listed(prefix, meant)
            while removed:
                total += removed
                removed, refused = self._remove_listed(prefix, meant)
        if refused:
            raise StoreUnavailableError(not_removed=refused)
        return total

    def _remove_listed(self, prefix: str, meant: Callable[[str], bool]) -> tuple[int, int]:
        """Go through the listing once; return how many versions went and how many the store refused to remove.

        Once is not enough: where the version that a page ends with is gone, Ceph's next page is empty.
        """
        removed = refused = 0
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix):
            listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            found = [each for each in listed if meant(each["Key"])]
            failures = self._delete([{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found])
            removed += len(found) - failures
            refused += failures
        return removed, refused

    def _refuse_taken(self, key: ObjectKey) -> None:
        with suppress(ObjectMissingError), named_errors():
            self._s3.head_object(Bucket=self._bucket, Key=key)
            raise ObjectExistsError

    def _carries(self, key: ObjectKey, mark: Mapping[str, str]) -> bool:
        with suppress(ObjectMissingError), named_errors():
            found = self._s3.head_object(Bucket=self._bucket, Key=key)["Metadata"]
            return found.get(_MARK) == mark[_MARK]
        return False

    def _put_whole(self, key: ObjectKey, mark: Mapping[str, str], body: bytes) -> None:
        with named_errors():
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch=_ONLY_IF_NEW, Metadata=mark)

    def _put_in_parts(self, key: ObjectKey, mark: Mapping[str, str], first: bytes, body: BinaryIO) -> None:
        with named_errors():
            upload_id = self._s3.create_multipart_upload(Bucket=self._bucket, Key=key, Metadata=mark)["UploadId"]
        try:
            parts = self._send_parts(key, upload_id, first, body)
            with named_errors():
                self._s3.complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": parts},
                    IfNoneMatch=_ONLY_IF_NEW,
                )
        except BaseException:
            with suppress(ObjectMissingError, StoreUnavailableError):
                self._abort(key, upload_id)
            raise

    def _send_parts(
        self, key: ObjectKey, upload_id: str, first: bytes, body: BinaryIO
    ) -> "Sequence[CompletedPartTypeDef]":
        parts: list[CompletedPartTypeDef] = []
        part = first
        while part:
            with named_errors():
                reply = self._s3.upload_part(
                    Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=len(parts) + 1, Body=part
                )
            parts.append({"ETag": reply["ETag"], "PartNumber": len(parts) + 1})
            part = _part(body)
        return parts

    def _uploads(self, prefix: str) -> Iterator[tuple[ObjectKey, str, datetime]]:
        for page in self._s3.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=prefix):
            for upload in page.get("Uploads", ()):
                yield ObjectKey(upload["Key"]), upload["UploadId"], _utc(upload["Initiated"])

    def _delete(self, batch: "Sequence[ObjectIdentifierTypeDef]") -> int:
        """Remove at most 1000 versions; return how many the store refused, which it does inside a good answer."""
        if not batch:
            return 0
        reply = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True})
        return len(reply.get("Errors", ()))

    def _abort(self, key: ObjectKey, upload_id: str) -> int:
        with suppress(ObjectMissingError), named_errors():
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
            return 1
        return 0


class _Body(io.RawIOBase):
    """A reply's body whose errors carry the store's names."""

    def __init__(self, body: BinaryIO) -> None:
        super().__init__()
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast("bytearray", buffer))
        with named_errors():
            block = self._body.read(len(target))
        target[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._body.close()
        super().close()


def _part(body: BinaryIO) -> bytes:
    """Return the next whole part, or what is left; readers may give less than they are asked for."""
    part = bytearray()
    while len(part) < _PART and (block := body.read(_PART - len(part))):
        part += block
    return bytes(part)


def _listed(version: "ObjectVersionTypeDef") -> ObjectVersion:
    key, modified_at = ObjectKey(version["Key"]), _utc(version["LastModified"])
    return ObjectVersion(key, version["VersionId"], modified_at, version["Size"])


def _utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; botocore gives it in the machine's own zone."""
    return moment.astimezone(UTC)
