"""What inspections found."""

from sqlalchemy import BigInteger, Column, Table

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import metadata
from pipeline.ports.promises import InvariantKind

inspections = Table(
    "inspections",
    metadata,
    Column("kind", Member(InvariantKind), primary_key=True),
    Column("found", BigInteger, nullable=False),
    Column("checked_at", Moment, nullable=False),
)
