"""What every table shares: names of constraints, ids, and the reference to a session."""

from sqlalchemy import Column, ForeignKey, MetaData, String

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
ID = String(64)

metadata = MetaData(naming_convention=_NAMES)


def session_column(*, primary_key: bool = False) -> Column[str]:
    """Return the column that names the session a row belongs to."""
    return Column("session_id", ID, ForeignKey("sessions.session_id"), nullable=False, primary_key=primary_key)
