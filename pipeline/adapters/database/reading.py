"""What status pages, exports and checks read."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from pipeline.adapters.database.locking import Row, participants_of
from pipeline.adapters.database.rows import (
    artifact_of,
    consents_of,
    live_artifacts,
    policy_of,
    run_of,
    select_session,
    session_of,
)
from pipeline.adapters.database.tables import (
    artifacts,
    certificates,
    holds,
    retention_clocks,
    retention_policies,
    sessions,
    stage_runs,
    upload_parts,
    uploads,
    waiting_vocabularies,
)
from pipeline.adapters.database.transactions import Transaction
from pipeline.domain.artifact import ObjectKey
from pipeline.domain.consent import Consent, Participant
from pipeline.domain.retention import RetentionClock
from pipeline.domain.session import SessionId
from pipeline.errors import SessionUnknownError
from pipeline.ports import Certificate, SessionRow
from pipeline.ports.arrivals import ExpectedSession

_BATCH = 500


def session(tx: Transaction, session_id: SessionId) -> SessionRow:
    """Return one session."""
    found = tx.row(select_session(session_id))
    if found is None:
        raise SessionUnknownError(session_id=session_id)
    return session_rows(tx, [found])[0]


def newest_sessions(tx: Transaction, limit: int) -> tuple[SessionRow, ...]:
    """Return the newest sessions first."""
    query = select(sessions).order_by(sessions.c.submitted_at.desc(), sessions.c.session_id).limit(limit)
    found = tx.rows(query)
    # SQLite binds a limited number of values to one statement.
    batches = (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))
    return tuple(row for batch in batches for row in session_rows(tx, batch))


def expected(tx: Transaction, session_id: SessionId) -> ExpectedSession:
    """Return the session as it was announced or accepted."""
    found = tx.row(select_session(session_id))
    policy = tx.row(select(retention_policies).where(retention_policies.c.session_id == session_id))
    if found is None or policy is None:
        raise SessionUnknownError(session_id=session_id)
    return ExpectedSession(session_of(found), participants_of(tx, session_id), policy_of(policy), found["voices"])


def session_consents(tx: Transaction, session_id: SessionId) -> tuple[tuple[Participant, ...], tuple[Consent, ...]]:
    """Return who takes part and every decision that applies."""
    people = participants_of(tx, session_id)
    return people, consents_of(tx, session_id, people)


def session_certificates(tx: Transaction, session_id: SessionId) -> tuple[Certificate, ...]:
    """Return the deletion certificates, oldest first."""
    query = select(certificates).where(certificates.c.session_id == session_id)
    ordered = query.order_by(certificates.c.issued_at, certificates.c.certificate_id)
    return tuple(
        Certificate(row["certificate_id"], row["body"], row["signature"], row["signing_key_id"])
        for row in tx.rows(ordered)
    )


def object_keys(tx: Transaction, session_id: SessionId) -> frozenset[ObjectKey]:
    """Return the objects that rows speak of and no purge has removed; any other of the session is an orphan."""
    query = select(artifacts.c.object_key).where(artifacts.c.session_id == session_id, artifacts.c.deleted_at.is_(None))
    coming = select(upload_parts.c.object_key).join(uploads).where(uploads.c.session_id == session_id)
    waiting = select(waiting_vocabularies.c.object_key).where(waiting_vocabularies.c.session_id == session_id)
    found = (row for each in (query, coming, waiting) for row in tx.rows(each))
    return frozenset(ObjectKey(row["object_key"]) for row in found)


def session_rows(tx: Transaction, found: Sequence[Row]) -> tuple[SessionRow, ...]:
    """Return the rows of all these sessions in five queries, however many they are."""
    ids = [SessionId(row["session_id"]) for row in found]
    runs = _by_session(
        tx.rows(
            select(stage_runs)
            .where(stage_runs.c.session_id.in_(ids))
            .order_by(stage_runs.c.created_at, stage_runs.c.stage, stage_runs.c.generation)
        )
    )
    kept = _by_session(tx.rows(live_artifacts(ids)))
    clocks = _by_session(
        tx.rows(
            select(retention_clocks)
            .where(retention_clocks.c.session_id.in_(ids), retention_clocks.c.stopped_at.is_(None))
            .order_by(retention_clocks.c.kind)
        )
    )
    held = _by_session(tx.rows(select(holds).where(holds.c.session_id.in_(ids), holds.c.lifted_at.is_(None))))
    return tuple(
        SessionRow(
            session_of(row),
            tuple(run_of(run) for run in runs[row["session_id"]]),
            tuple(artifact_of(artifact) for artifact in kept[row["session_id"]]),
            tuple(
                RetentionClock(clock["kind"], clock["due_at"], clock["basis"]) for clock in clocks[row["session_id"]]
            ),
            None if row["audio_ms"] is None else row["audio_ms"] / 1000,
            bool(held[row["session_id"]]),
        )
        for row in found
    )


def _by_session(rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["session_id"]].append(row)
    return grouped
