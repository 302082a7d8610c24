"""A night's batches."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

BatchId = NewType("BatchId", str)


@dataclass(frozen=True, slots=True)
class Batch:
    """Sessions that were handed in together."""

    batch_id: BatchId
    #: A code, never a name.
    label: str
    submitted_by: str
    deadline: datetime | None = None
    #: The same manifest again is the same batch.
    manifest_sha256: str | None = None
    created_at: datetime | None = None


def new_batch_id() -> BatchId:
    """Return a random, opaque id."""
    return BatchId(f"bat-{uuid.uuid4().hex}")
