"""The tables of the ledger, a module a subject; no column holds a word of a session's content."""

from pipeline.adapters.database.tables.arriving import arrivals
from pipeline.adapters.database.tables.audit import audit_checkpoints, audit_entries, audit_heads
from pipeline.adapters.database.tables.base import metadata
from pipeline.adapters.database.tables.consent import consents, participants, persons
from pipeline.adapters.database.tables.retention import (
    certificates,
    holds,
    retention_clocks,
    retention_moments,
    retention_policies,
)
from pipeline.adapters.database.tables.sessions import sessions, stage_runs, workers
from pipeline.adapters.database.tables.storing import artifacts, data_keys

__all__ = [
    "arrivals",
    "artifacts",
    "audit_checkpoints",
    "audit_entries",
    "audit_heads",
    "certificates",
    "consents",
    "data_keys",
    "holds",
    "metadata",
    "participants",
    "persons",
    "retention_clocks",
    "retention_moments",
    "retention_policies",
    "sessions",
    "stage_runs",
    "workers",
]
