"""How the sessions of a night stand in the morning."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from pipeline.adapters.database.batching import refusal_stands
from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import audit_entries, batch_refusals, sessions, stage_runs
from pipeline.adapters.database.transactions import Transaction
from pipeline.audit.chain import stamp
from pipeline.audit.events import Stream
from pipeline.domain.morning import MorningRow, Standing
from pipeline.domain.night import BatchId
from pipeline.domain.operating import CANCELLED
from pipeline.domain.session import SessionId, Stage, StageStatus
from pipeline.errors import RecordingNotComeError

_NOBODY = "unassigned"
_PAGE = 500
#: What a clinician looks at first in a draft.
_CALLS_FOR_CARE = ("unsupported", "contradicted", "mentions_not_in_note")
_ENDED: Mapping[StageStatus, Standing] = {
    StageStatus.FAILED: Standing.FAILED,
    StageStatus.QUARANTINED: Standing.SET_ASIDE,
    StageStatus.CANCELLED: Standing.CANCELLED,
}
_CONSENT = "consent_"


def morning_rows(tx: Transaction, since: datetime, batch_id: BatchId | None) -> tuple[MorningRow, ...]:
    """Return a row for each session, by its furthest run."""
    furthest: dict[str, Row] = {}
    for row in tx.rows(_runs(since, batch_id)):
        furthest[row["session_id"]] = row
    flagged = _flagged(tx, since)
    found = [_row(row, flagged) for row in furthest.values()]
    away = [_turned_away(row) for row in tx.rows(_refusals(since, batch_id)) if row["session_id"] not in furthest]
    known = {row.session_id for row in away}
    awaited = [_awaited(row) for row in tx.rows(_announced(since, batch_id)) if row["session_id"] not in known]
    return (*found, *away, *awaited)


def _runs(since: datetime, batch_id: BatchId | None) -> Select[Any]:
    """Select the runs that count, in the order in which later ones replace earlier ones."""
    query = (
        select(
            stage_runs.c.session_id,
            stage_runs.c.stage,
            stage_runs.c.status,
            stage_runs.c.reason_code,
            stage_runs.c.clinician_ref,
        )
        .join(sessions, sessions.c.session_id == stage_runs.c.session_id)
        .where(stage_runs.c.stage != Stage.PURGE)
        .order_by(stage_runs.c.created_at, stage_runs.c.generation)
    )
    if batch_id is not None:
        return query.where(stage_runs.c.batch_id == batch_id)
    return query.where(or_(sessions.c.submitted_at >= since, stage_runs.c.finished_at >= since))


def _refusals(since: datetime, batch_id: BatchId | None) -> Select[Any]:
    query = select(batch_refusals).where(refusal_stands())
    return query.where(
        batch_refusals.c.refused_at >= since if batch_id is None else batch_refusals.c.batch_id == batch_id
    )


def _announced(since: datetime, batch_id: BatchId | None) -> Select[Any]:
    """Select the sessions of batches whose recordings have not come."""
    query = select(sessions.c.session_id, sessions.c.clinician_ref).where(
        sessions.c.accepted_at.is_(None), sessions.c.batch_id.is_not(None)
    )
    return query.where(sessions.c.submitted_at >= since if batch_id is None else sessions.c.batch_id == batch_id)


def _row(row: Row, flagged: frozenset[str]) -> MorningRow:
    session_id = SessionId(row["session_id"])
    status, reason = row["status"], row["reason_code"]
    clinician = row["clinician_ref"] or _NOBODY
    if status is StageStatus.SUCCEEDED and row["stage"] is Stage.VERIFY:
        standing = Standing.FLAGGED if session_id in flagged else Standing.READY
        return MorningRow(session_id, clinician, standing)
    if status is StageStatus.REFUSED:
        return MorningRow(session_id, clinician, _of_refusal(reason), reason)
    ended = _ENDED.get(status)
    return MorningRow(session_id, clinician, ended or Standing.UNDER_WAY, reason if ended else None)


def _turned_away(row: Row) -> MorningRow:
    reason = row["reason_code"]
    return MorningRow(SessionId(row["session_id"]), row["clinician_ref"] or _NOBODY, _of_refusal(reason), reason)


def _awaited(row: Row) -> MorningRow:
    clinician = row["clinician_ref"] or _NOBODY
    return MorningRow(SessionId(row["session_id"]), clinician, Standing.UNDER_WAY, RecordingNotComeError.reason_code)


def _of_refusal(reason: str | None) -> Standing:
    if reason == CANCELLED:
        return Standing.CANCELLED
    return Standing.WAITING_FOR_CONSENT if (reason or "").startswith(_CONSENT) else Standing.FAILED


def _flagged(tx: Transaction, since: datetime) -> frozenset[str]:
    """Return the sessions whose newest verdicts call for care, as the audit log has them."""
    found: dict[str, bool] = {}
    for body in _verified(tx, stamp(since)):
        facts = body["facts"]
        counts = dict(facts.get("counts", ()))
        # Newest first: what is known already is newer.
        found.setdefault(facts["session_id"], any(counts.get(name) for name in _CALLS_FOR_CARE))
    return frozenset(session_id for session_id, calls in found.items() if calls)


def _verified(tx: Transaction, since: str) -> Iterator[dict[str, Any]]:
    """Yield the successes of the verify stage since then, the newest first."""
    query = select(audit_entries.c.seq, audit_entries.c.body).where(audit_entries.c.stream == Stream.VERIFY)
    newest = query.order_by(audit_entries.c.seq.desc()).limit(_PAGE)
    last = None
    while page := tx.rows(newest if last is None else newest.where(audit_entries.c.seq < last)):
        for row in page:
            body = json.loads(row["body"])
            if body["at"] < since:
                return
            if body["event"] == "stage_succeeded":
                yield body
        last = page[-1]["seq"]
