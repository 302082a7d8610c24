"""Consent: people, who takes part where, and what each decided."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, text

from pipeline.adapters.database.columns import SERIAL, Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata, session_column
from pipeline.domain.consent import ConsentDecision, ParticipantRole, Purpose

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
    session_column(primary_key=True),
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
    Column("session_id", ID),
    Column("method", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Index(None, "person_ref", "session_id", "purpose", "rev"),
)
