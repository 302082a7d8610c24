"""The tables of the ledger; no column holds a word of a session's content."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from pipeline.adapters.database.columns import SERIAL, Member, Moment
from pipeline.audit.events import Stream
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, ParticipantRole, Purpose
from pipeline.domain.note import NoteFormat
from pipeline.domain.retention import RetentionTrigger
from pipeline.domain.session import SessionKind, Stage, StageStatus
from pipeline.ports.arrivals import ArrivalState

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
_ID = String(64)

metadata = MetaData(naming_convention=_NAMES)


def _session_column(*, primary_key: bool = False) -> Column[str]:
    return Column("session_id", _ID, ForeignKey("sessions.session_id"), nullable=False, primary_key=primary_key)


sessions = Table(
    "sessions",
    metadata,
    Column("session_id", _ID, primary_key=True),
    Column("kind", Member(SessionKind), nullable=False),
    Column("note_format", Member(NoteFormat), nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("voices", Integer),
    Column("audio_ms", BigInteger),
    # Empty while the session is announced and its recording has not come.
    Column("input_sha256", String(64)),
    Column("accepted_at", Moment),
    Index(None, "submitted_at"),
)

persons = Table(
    "persons",
    metadata,
    # The row that is locked while decisions of this person are read or written.
    Column("person_ref", Text, primary_key=True),
    Column("consent_rev", BigInteger, nullable=False, server_default=text("0")),
)

participants = Table(
    "participants",
    metadata,
    _session_column(primary_key=True),
    Column("person_ref", Text, ForeignKey("persons.person_ref"), primary_key=True),
    Column("role", Member(ParticipantRole), nullable=False),
    Index(None, "person_ref"),
)

consents = Table(
    "consents",
    metadata,
    Column("rev", SERIAL, primary_key=True, autoincrement=True),
    Column("person_ref", Text, ForeignKey("persons.person_ref"), nullable=False),
    Column("purpose", Member(Purpose), nullable=False),
    Column("decision", Member(ConsentDecision), nullable=False),
    Column("valid_from", Moment, nullable=False),
    Column("valid_to", Moment),
    # No reference: a decision may be recorded before its session is.
    Column("session_id", _ID),
    Column("method", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Index(None, "person_ref", "session_id", "purpose", "rev"),
)

stage_runs = Table(
    "stage_runs",
    metadata,
    Column("run_id", _ID, primary_key=True),
    _session_column(),
    Column("stage", Member(Stage), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("status", Member(StageStatus), nullable=False),
    # The fence: counts claims, and every write carries it.
    Column("attempt", Integer, nullable=False),
    # What the stage raised, apart from workers that died.
    Column("failures", Integer, nullable=False),
    Column("crash_count", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("worker_id", Text),
    Column("lease_until", Moment),
    Column("not_before", Moment),
    Column("reason_code", Text),
    Column("consent_rev", BigInteger),
    Column("created_at", Moment, nullable=False),
    # When somebody was last told that it is ready.
    Column("rung_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    UniqueConstraint("session_id", "stage", "generation"),
    Index("ix_stage_runs_queue", "stage", "status", "priority", "created_at"),
    Index("ix_stage_runs_lease", "status", "lease_until"),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    _session_column(),
    Column("kind", Member(ArtifactKind), nullable=False),
    # Empty once destroyed; the row stays as proof that there was a key.
    Column("wrapped", LargeBinary),
    Column("wrapping_key_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
    Column("destroyed_by", _ID, ForeignKey("stage_runs.run_id")),
    Index(
        "uq_data_keys_live",
        "session_id",
        "kind",
        unique=True,
        sqlite_where=text("destroyed_at IS NULL"),
        postgresql_where=text("destroyed_at IS NULL"),
    ),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("object_key", Text, primary_key=True),
    _session_column(),
    Column("kind", Member(ArtifactKind), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("key_id", Text, ForeignKey("data_keys.key_id"), nullable=False),
    Column("ciphertext_sha256", String(64), nullable=False),
    Column("ciphertext_bytes", BigInteger, nullable=False),
    # The run that made it; none made what came in.
    Column("run_id", _ID, ForeignKey("stage_runs.run_id")),
    Column("created_at", Moment, nullable=False),
    Column("superseded_at", Moment),
    Column("deleted_at", Moment),
    Index(
        "uq_artifacts_live",
        "session_id",
        "kind",
        unique=True,
        sqlite_where=text("superseded_at IS NULL AND deleted_at IS NULL"),
        postgresql_where=text("superseded_at IS NULL AND deleted_at IS NULL"),
    ),
)

retention_policies = Table(
    "retention_policies",
    metadata,
    _session_column(primary_key=True),
    Column("policy_id", Text, nullable=False),
    Column("rules", Text, nullable=False),
)

retention_moments = Table(
    "retention_moments",
    metadata,
    _session_column(primary_key=True),
    Column("trigger", Member(RetentionTrigger), primary_key=True),
    Column("at", Moment, nullable=False),
)

retention_clocks = Table(
    "retention_clocks",
    metadata,
    _session_column(primary_key=True),
    Column("kind", Member(ArtifactKind), primary_key=True),
    Column("due_at", Moment),
    Column("basis", Text, nullable=False),
    # Made due by a person; no later moment moves it.
    Column("forced", Boolean, nullable=False),
    Column("stopped_at", Moment),
    Index("ix_retention_clocks_due", "stopped_at", "due_at"),
)

holds = Table(
    "holds",
    metadata,
    Column("hold_id", SERIAL, primary_key=True, autoincrement=True),
    _session_column(),
    Column("reason_code", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", Moment),
    Index(
        "uq_holds_standing",
        "session_id",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)

certificates = Table(
    "certificates",
    metadata,
    Column("certificate_id", Text, primary_key=True),
    _session_column(),
    Column("run_id", _ID, ForeignKey("stage_runs.run_id"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signing_key_id", Text, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Index(None, "session_id"),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("stage", Member(Stage), nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("arrival_id", _ID, primary_key=True),
    Column("bucket", Text, nullable=False),
    # An uploader's object key may name a person: only its digest is kept.
    Column("key_digest", String(64), nullable=False),
    Column("version_id", Text, nullable=False),
    Column("state", Member(ArrivalState), nullable=False),
    Column("reason_code", Text),
    Column("session_id", _ID),
    Column("first_seen_at", Moment, nullable=False),
    Column("removed_at", Moment),
    UniqueConstraint("bucket", "key_digest", "version_id"),
    Index(None, "state", "first_seen_at"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("stream", Member(Stream), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("stream", Member(Stream), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("checkpoint_id", SERIAL, primary_key=True, autoincrement=True),
    Column("made_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)
