"""Batches over HTTP: sessions that are known put together, followed, cancelled."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field, ValidationError, WrapValidator, model_validator
from pydantic.json_schema import SkipJsonSchema

from config.wiring import Wiring
from pipeline.adapters.database import SqlLedger
from pipeline.domain.account import Permission, Principal
from pipeline.domain.documents.canonical import canonical
from pipeline.domain.night import Batch, BatchId, new_batch_id
from pipeline.domain.session import SessionId
from pipeline.errors import BatchInvalidError, RowProblem
from pipeline.ports.bulk import NamedSession
from pipeline.ports.queue_view import BatchProgress
from pipeline.ports.uploads import UploadId
from web.api.answers import Answer, etagged
from web.api.operating import Done, OnceOnly, ReasonCode, Why, decided
from web.api.shapes import STRICT, SessionIdText
from web.guard import require

_READ = require(Permission.BATCHES_READ)
_SUBMIT = require(Permission.BATCHES_SUBMIT)
_OPERATE = require(Permission.RUNS_OPERATE)
_LARGEST = 1024 * 1024
_MOST_ROWS = 5000


class BatchRow(BaseModel):
    """A session, named by itself where its recording or transcript is in, or by its upload, which may be under way."""

    model_config = STRICT

    session_id: SessionIdText | None = None
    upload_id: Annotated[str | None, Field(pattern=r"^upl-[0-9a-f]{32}$")] = None
    priority: Annotated[
        int | None, Field(ge=1, le=1000, description="Lower goes first; as it was registered where it is not given.")
    ] = None

    @model_validator(mode="after")
    def one_name(self) -> "BatchRow":
        """Ask for exactly one of the two."""
        if (self.session_id is None) == (self.upload_id is None):
            raise ValueError
        return self


@dataclass(frozen=True, slots=True)
class Misshapen:
    """A row in the wrong form: which field, and what is wrong with it."""

    wrong: tuple[tuple[str, str], ...]


def _row(value: Any, _handler: object) -> BatchRow | Misshapen:  # noqa: ANN401 - as it came
    """Return the row, or what is wrong with it, so that a wrong form stops no other row's check."""
    try:
        return BatchRow.model_validate(value)
    except ValidationError as error:
        known = BatchRow.model_fields
        found = ((str((*each["loc"], "")[0]), each["type"]) for each in error.errors(include_input=False))
        return Misshapen(tuple((name if name in known else "", kind) for name, kind in found))


class BatchOrder(BaseModel):
    """What is to be one batch."""

    model_config = STRICT

    label: Annotated[ReasonCode, Field(description="A code for the batch, never a name.")]
    deadline: Annotated[AwareDatetime | None, Field(description="When it must be ready, with its time zone.")] = None
    rows: Annotated[
        list[Annotated[BatchRow | SkipJsonSchema[Misshapen], WrapValidator(_row)]],
        Field(min_length=1, max_length=_MOST_ROWS),
    ]


class BatchShape(BaseModel):
    """How far a batch has come, in sessions."""

    batch_id: str
    label: str
    submitted_by: str
    created_at: datetime | None
    deadline: datetime | None
    sessions: int
    done: int
    running: int
    waiting: int
    failed: int
    refused: int
    quarantined: int
    cancelled: int
    turned_away: int
    awaited: Annotated[int, Field(description="Their recordings have not come yet.")]
    audio_seconds: float


class Batches(BaseModel):
    """The newest batches first."""

    batches: list[BatchShape]


def batches_router(wiring: Wiring) -> APIRouter:
    """Return ``/v1/batches``."""
    router = APIRouter(prefix="/v1/batches", tags=["batches"], max_body_size=_LARGEST)
    ledger = wiring.ledger

    @router.get("", response_model=Batches)
    def batches(
        request: Request, _principal: Annotated[Principal, _READ], limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> Response:
        """Show how far the newest batches are."""
        return etagged(request, Batches(batches=[_batch(each) for each in ledger.batches_progress(limit)]))

    @router.post("", status_code=201, response_model=BatchShape)
    def submit(principal: Annotated[Principal, _SUBMIT], order: BatchOrder, carry_out: OnceOnly) -> Response:
        """Take sessions into one batch: all of them, or none, and every row that is wrong is named at once."""
        return carry_out(lambda: _submitted(ledger, order, principal))

    @router.get("/{batch_id}", response_model=BatchShape)
    def batch(request: Request, _principal: Annotated[Principal, _READ], batch_id: str) -> Response:
        """Show how far a batch is."""
        return etagged(request, _batch(ledger.batch_progress(BatchId(batch_id))))

    @router.post("/{batch_id}/cancel", response_model=Done)
    def cancel(principal: Annotated[Principal, _OPERATE], batch_id: str, why: Why, carry_out: OnceOnly) -> Response:
        """Cancel every session of a batch that still has work to come."""

        def work() -> Answer:
            ended = ledger.cancel_batch(BatchId(batch_id), decided(principal, why))
            return Answer(Done(done="cancelled", sessions=list(ended)))

        return carry_out(work)

    return router


def _submitted(ledger: SqlLedger, order: BatchOrder, principal: Principal) -> Answer:
    """Gather the batch; the same order again is answered with the batch that is there."""
    named = [_named(number, row) for number, row in enumerate(order.rows, 1) if isinstance(row, BatchRow)]
    misshapen = list(_misshapen(order.rows))
    if misshapen:
        raise BatchInvalidError([*misshapen, *ledger.find_wrong(named)])
    batch = Batch(new_batch_id(), order.label, principal.name, order.deadline, _digest(order, principal))
    kept = ledger.gather(batch, named, principal.name)
    status = 201 if kept.batch_id == batch.batch_id else 200
    return Answer(_batch(ledger.batch_progress(kept.batch_id)), status, f"/v1/batches/{kept.batch_id}")


def _named(number: int, row: BatchRow) -> NamedSession:
    session_id = None if row.session_id is None else SessionId(row.session_id)
    return NamedSession(number, session_id, None if row.upload_id is None else UploadId(row.upload_id), row.priority)


def _misshapen(rows: Sequence[BatchRow | Misshapen]) -> Iterator[RowProblem]:
    for number, row in enumerate(rows, 1):
        for where, kind in row.wrong if isinstance(row, Misshapen) else ():
            yield RowProblem(number, kind, where)


def _digest(order: BatchOrder, principal: Principal) -> str:
    """Return what tells one order from another: who gives it, and everything in it."""
    return hashlib.sha256(canonical({"by": principal.account_id, **order.model_dump(mode="json")})).hexdigest()


def _batch(progress: BatchProgress) -> BatchShape:
    batch = progress.batch
    return BatchShape(
        batch_id=batch.batch_id,
        label=batch.label,
        submitted_by=batch.submitted_by,
        created_at=batch.created_at,
        deadline=batch.deadline,
        sessions=progress.sessions,
        done=progress.done,
        running=progress.running,
        waiting=progress.waiting,
        failed=progress.failed,
        refused=progress.refused,
        quarantined=progress.quarantined,
        cancelled=progress.cancelled,
        turned_away=progress.turned_away,
        awaited=progress.awaited,
        audio_seconds=progress.audio_seconds,
    )
