"""Sessions: what was handed in, and the running of its stages."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata, session_column
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionKind, Stage, StageStatus

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", ID, primary_key=True),
    Column("kind", Member(SessionKind), nullable=False),
    Column("note_format", Member(NoteFormat), nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("voices", Integer),
    Column("audio_ms", BigInteger),
    # How long the recording is by its own header or size, until it is decoded.
    Column("expected_ms", BigInteger),
    # An opaque reference; its sessions take turns with those of others.
    Column("clinician_ref", Text),
    Column("batch_id", ID),
    # Empty while the session is announced and its recording has not come.
    Column("input_sha256", String(64)),
    Column("accepted_at", Moment),
    Index(None, "submitted_at"),
    Index(None, "batch_id"),
)

stage_runs = Table(
    "stage_runs",
    metadata,
    Column("run_id", ID, primary_key=True),
    session_column(),
    Column("stage", Member(Stage), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("status", Member(StageStatus), nullable=False),
    # The fence: counts claims, and every write carries it.
    Column("attempt", Integer, nullable=False),
    # What the stage raised, apart from workers that died.
    Column("failures", Integer, nullable=False),
    Column("crash_count", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    # The place among runs of one priority, drawn when it was opened: each clinician's next run gets the next round.
    Column("turn", Integer, nullable=False, server_default=text("0")),
    # Copies of what the session says, so that a queue is counted without looking at sessions.
    Column("clinician_ref", Text),
    Column("batch_id", ID),
    Column("audio_ms", BigInteger),
    Column("worker_id", Text),
    Column("lease_until", Moment),
    Column("not_before", Moment),
    Column("reason_code", Text),
    Column("consent_rev", BigInteger),
    Column("created_at", Moment, nullable=False),
    # When somebody was last told that it is ready.
    Column("rung_at", Moment, nullable=False),
    # Since when it is ready for this try; what it waited is counted from here.
    Column("ready_at", Moment),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    UniqueConstraint("session_id", "stage", "generation"),
    Index("ix_stage_runs_queue", "stage", "status", "priority", "turn", "created_at"),
    Index("ix_stage_runs_turns", "clinician_ref", "stage", "status", "priority", "turn"),
    Index("ix_stage_runs_batch", "batch_id", "stage", "status"),
    Index("ix_stage_runs_finished", "stage", "finished_at"),
    Index("ix_stage_runs_lease", "status", "lease_until"),
    Index("ix_stage_runs_ended", "status", "finished_at"),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("stage", Member(Stage), nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("memory_bytes", BigInteger),
    Column("version", Text),
    Column("engine", Text),
    # Set: it takes no further run.
    Column("drain_since", Moment),
    # Results of it that came too late and were turned away.
    Column("fence_rejections", BigInteger),
)
