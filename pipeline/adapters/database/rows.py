"""Rows as the values the pipeline speaks of, and back."""

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, func, select

from pipeline.adapters.database.locking import Row
from pipeline.adapters.database.tables import artifacts, consents, data_keys, sessions
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.artifact import ArtifactKind, DataKey, KeyId, ObjectKey, StoredArtifact
from pipeline.domain.consent import Consent, Participant, PersonRef
from pipeline.domain.documents.canonical import canonical
from pipeline.domain.retention import RetentionPolicy, RetentionRule, RetentionTrigger
from pipeline.domain.session import RunId, Session, SessionId
from pipeline.ports import StageRunRow

_MICROSECOND = timedelta(microseconds=1)


def session_of(row: Row) -> Session:
    """Return the session."""
    return Session(
        SessionId(row["session_id"]),
        row["kind"],
        row["note_format"],
        row["jurisdiction"],
        row["submitted_at"],
        row["priority"],
        row["clinician_ref"],
        row["batch_id"],
        None if row["expected_ms"] is None else row["expected_ms"] / 1000,
    )


def run_of(row: Row) -> StageRunRow:
    """Return the stage run as dashboards show it."""
    return StageRunRow(
        RunId(row["run_id"]),
        SessionId(row["session_id"]),
        row["stage"],
        row["generation"],
        row["status"],
        row["attempt"],
        row["crash_count"],
        row["reason_code"],
        row["created_at"],
        row["started_at"],
        row["finished_at"],
        row["not_before"],
        row["lease_until"],
    )


def key_of(row: Row) -> DataKey:
    """Return the data key; one that was destroyed has no bytes."""
    return DataKey(KeyId(row["key_id"]), row["wrapped"] or b"", row["wrapping_key_id"])


def artifact_of(row: Row) -> StoredArtifact:
    """Return the artifact, from a row joined with its key."""
    return StoredArtifact(
        SessionId(row["session_id"]),
        row["kind"],
        row["attempt"],
        ObjectKey(row["object_key"]),
        key_of(row),
        row["ciphertext_sha256"],
        row["ciphertext_bytes"],
    )


def live_artifacts(session_ids: Sequence[SessionId]) -> Select[tuple[object, ...]]:
    """Select the artifacts that count, each with its key."""
    return (
        select(artifacts, data_keys.c.wrapped, data_keys.c.wrapping_key_id)
        .join(data_keys, artifacts.c.key_id == data_keys.c.key_id)
        .where(
            artifacts.c.session_id.in_(session_ids),
            artifacts.c.superseded_at.is_(None),
            artifacts.c.deleted_at.is_(None),
        )
        .order_by(artifacts.c.created_at, artifacts.c.kind)
    )


def artifacts_of(tx: Transaction, session_id: SessionId) -> dict[ArtifactKind, StoredArtifact]:
    """Return the session's artifacts that count, by kind."""
    return {row["kind"]: artifact_of(row) for row in tx.rows(live_artifacts([session_id]))}


def keys_of(tx: Transaction, session_id: SessionId) -> dict[ArtifactKind, DataKey]:
    """Return the session's living data keys, by kind."""
    query = select(data_keys).where(data_keys.c.session_id == session_id, data_keys.c.destroyed_at.is_(None))
    return {row["kind"]: key_of(row) for row in tx.rows(query)}


def consents_of(tx: Transaction, session_id: SessionId, people: Sequence[Participant]) -> tuple[Consent, ...]:
    """Return every decision of these people that applies to the session, oldest first."""
    query = select(consents).where(*_applying(session_id, people)).order_by(consents.c.rev)
    return tuple(consent_of(row) for row in tx.rows(query))


def current_consents(tx: Transaction, session_id: SessionId, people: Sequence[Participant]) -> tuple[Consent, ...]:
    """Return each person's last decision about each purpose, which is the one that counts, however many came before."""
    newest = (
        select(func.max(consents.c.rev))
        .where(*_applying(session_id, people))
        .group_by(consents.c.person_ref, consents.c.purpose)
    )
    query = select(consents).where(consents.c.rev.in_(newest)).order_by(consents.c.rev)
    return tuple(consent_of(row) for row in tx.rows(query))


def _applying(session_id: SessionId, people: Sequence[Participant]) -> tuple[ColumnElement[bool], ...]:
    return (
        consents.c.person_ref.in_([person.person for person in people]),
        consents.c.session_id.is_(None) | (consents.c.session_id == session_id),
    )


def consent_of(row: Row) -> Consent:
    """Return the decision."""
    return Consent(
        PersonRef(row["person_ref"]),
        row["purpose"],
        row["decision"],
        row["valid_from"],
        row["valid_to"],
        row["session_id"],
        row["method"],
        row["form_version"],
        row["jurisdiction"],
        row["rev"],
    )


def policy_text(policy: RetentionPolicy) -> str:
    """Return the rules as canonical JSON, exact to the microsecond."""
    return canonical(
        {
            "rules": [
                {
                    "kind": rule.kind,
                    "trigger": rule.trigger,
                    "keep_us": rule.keep // _MICROSECOND,
                    "at_most_us": None if rule.at_most is None else rule.at_most // _MICROSECOND,
                    "basis": rule.basis,
                }
                for rule in policy.rules
            ]
        }
    ).decode()


def policy_of(row: Row) -> RetentionPolicy:
    """Return the policy a session was accepted under."""
    rules = json.loads(row["rules"])["rules"]
    return RetentionPolicy(
        row["policy_id"],
        tuple(
            RetentionRule(
                ArtifactKind(rule["kind"]),
                RetentionTrigger(rule["trigger"]),
                rule["keep_us"] * _MICROSECOND,
                None if rule["at_most_us"] is None else rule["at_most_us"] * _MICROSECOND,
                rule["basis"],
            )
            for rule in rules
        ),
    )


def select_session(session_id: SessionId) -> Select[tuple[object, ...]]:
    """Select one session."""
    return select(sessions).where(sessions.c.session_id == session_id)
