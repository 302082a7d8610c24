"""Many rows into one table: SQLAlchemy writes the statement once, and the driver takes the rows from there.

SQLAlchemy would look up every value of every row by name again, which costs more than inserting them.
"""

import functools
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Dialect, Table

#: Makes a value what the driver takes; ``None`` where it is that already.
_Bind = Callable[[object], object] | None


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that all name the columns of the first."""
    statement, columns, positional = _plan(table, tuple(rows[0]), connection.dialect)
    if positional:
        values = [tuple([bind(row[name]) if bind else row[name] for name, bind in columns]) for row in rows]
        connection.exec_driver_sql(statement, values)
    else:
        named = [{name: bind(row[name]) if bind else row[name] for name, bind in columns} for row in rows]
        connection.exec_driver_sql(statement, named)


@functools.lru_cache(maxsize=256)
def _plan(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, tuple[tuple[str, _Bind], ...], bool]:
    """Return the statement, its columns in order, and whether their values go by position."""
    compiled = table.insert().compile(dialect=dialect, column_keys=names)
    ordered = compiled.positiontup or names
    columns = ((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in ordered)
    return str(compiled), tuple(columns), bool(compiled.positiontup)
