"""Column types: moments are aware UTC, and closed sets come back as their enum."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator

E = TypeVar("E", bound=StrEnum)

#: Counts up by itself on both databases; SQLite does so for INTEGER keys only.
SERIAL = BigInteger().with_variant(Integer, "sqlite")

_NAIVE = "a moment without a time zone"


class Moment(TypeDecorator[datetime]):
    """An aware moment; SQLite keeps it as fixed-width UTC text, whose order is time order."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC; refuse a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(_NAIVE)
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Member(TypeDecorator[E]):
    """A member of a closed set, kept as its value."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[E], length: int = 32) -> None:
        super().__init__(length)
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Return the member's value; refuse what is not a member."""
        del dialect
        if value is None:
            return None
        return (value if type(value) is self.members else self.members(value)).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Return the member."""
        del dialect
        return None if value is None else self.members(value)
