"""What tests look at in a ledger, in short."""

import json
from typing import Any

from pipeline.adapters.database import SqlLedger
from pipeline.audit.events import Stream
from pipeline.domain.session import SessionId, Stage, StageStatus


def entries(ledger: SqlLedger, stream: str) -> list[dict[str, Any]]:
    """Return the bodies of a stream's audit entries."""
    with ledger.audit_snapshot() as snapshot:
        return [json.loads(entry.body) for entry in snapshot.entries(Stream(stream))]


def events(ledger: SqlLedger, stream: str) -> list[str]:
    """Return the names of a stream's audit entries."""
    return [entry["event"] for entry in entries(ledger, stream)]


def outline(ledger: SqlLedger, session_id: SessionId) -> list[tuple[str, str]]:
    """Return each run's stage and status, in the order in which they were opened."""
    return [(run.stage.value, run.status.value) for run in ledger.session(session_id).runs]


def status_of(ledger: SqlLedger, session_id: SessionId, stage: Stage) -> StageStatus:
    """Return the status of the newest run of a stage."""
    return [run.status for run in ledger.session(session_id).runs if run.stage is stage][-1]


def reason_of(ledger: SqlLedger, session_id: SessionId, stage: Stage) -> str | None:
    """Return the reason code of the newest run of a stage."""
    return [run.reason_code for run in ledger.session(session_id).runs if run.stage is stage][-1]


#: What each audit entry says a run has become.
_BECOMES = {
    "stage_opened": "ready",
    "stage_started": "running",
    "stage_succeeded": "succeeded",
    "purge_confirmed": "succeeded",
    "stage_refused": "refused",
    "stage_crashed": "ready",
    "lease_expired": "ready",
    "stage_quarantined": "quarantined",
    "stage_released": "ready",
    "stage_retried": "ready",
    "stage_held": "held",
    "stage_resumed": "ready",
    "stage_cancelled": "cancelled",
}


def replayed_states(ledger: SqlLedger) -> dict[str, str]:
    """Return the state of every run as the audit log alone tells it."""
    states: dict[str, str] = {}
    for stage in Stage:
        for entry in entries(ledger, stage.value):
            facts = entry["facts"]
            if entry["event"] == "stage_failed":
                states[facts["run_id"]] = "ready" if facts["will_retry"] else "failed"
            elif entry["event"] in _BECOMES:
                states[facts["run_id"]] = _BECOMES[entry["event"]]
    return states


def row_states(ledger: SqlLedger) -> dict[str, str]:
    """Return the state of every run as its row tells it."""
    return {run.run_id: run.status.value for row in ledger.sessions(100_000) for run in row.runs}
