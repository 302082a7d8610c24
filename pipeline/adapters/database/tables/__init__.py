"""The tables of the ledger, a module a subject; no column holds a word of a session's content."""

from pipeline.adapters.database.tables.accounts import (
    access_tokens,
    account_roles,
    accounts,
    oidc_visits,
    recovery_codes,
    sign_in_tries,
    sign_ins,
    token_scopes,
)
from pipeline.adapters.database.tables.arriving import arrivals
from pipeline.adapters.database.tables.audit import audit_checkpoints, audit_entries, audit_heads, audit_mentions
from pipeline.adapters.database.tables.consent import consents, participants, persons
from pipeline.adapters.database.tables.naming import metadata
from pipeline.adapters.database.tables.nights import batch_refusals, batches, stage_controls
from pipeline.adapters.database.tables.promises import inspections
from pipeline.adapters.database.tables.requests import idempotent_requests
from pipeline.adapters.database.tables.retention import (
    certificates,
    holds,
    retention_clocks,
    retention_moments,
    retention_policies,
)
from pipeline.adapters.database.tables.sessions import sessions, stage_runs, workers
from pipeline.adapters.database.tables.storing import artifacts, data_keys
from pipeline.adapters.database.tables.uploads import upload_parts, uploads
from pipeline.adapters.database.tables.vocabularies import waiting_vocabularies
from pipeline.adapters.database.tables.webhooks import webhook_deliveries, webhook_events, webhooks

__all__ = [
    "access_tokens",
    "account_roles",
    "accounts",
    "arrivals",
    "artifacts",
    "audit_checkpoints",
    "audit_entries",
    "audit_heads",
    "audit_mentions",
    "batch_refusals",
    "batches",
    "certificates",
    "consents",
    "data_keys",
    "holds",
    "idempotent_requests",
    "inspections",
    "metadata",
    "oidc_visits",
    "participants",
    "persons",
    "recovery_codes",
    "retention_clocks",
    "retention_moments",
    "retention_policies",
    "sessions",
    "sign_in_tries",
    "sign_ins",
    "stage_controls",
    "stage_runs",
    "token_scopes",
    "upload_parts",
    "uploads",
    "waiting_vocabularies",
    "webhook_deliveries",
    "webhook_events",
    "webhooks",
    "workers",
]
