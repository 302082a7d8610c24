"""Typed reading of JSON that somebody else wrote; an error names the place and never the value."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from pipeline.errors import DocumentError

#: Half a character: JSON can spell it, and UTF-8 cannot.
_SURROGATE = re.compile("[\ud800-\udfff]")


def is_text(value: object) -> TypeGuard[str]:
    """Say whether a value is a string that UTF-8 can hold."""
    return isinstance(value, str) and not _SURROGATE.search(value)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object, and where it stands in its document."""

    values: Mapping[str, object] = field(repr=False)
    where: str
    error: type[DocumentError]

    def refuse(self, name: str) -> DocumentError:
        """Return the error that names a field of this object."""
        return self.error(where=_join(self.where, name))

    def text(self, name: str) -> str | None:
        """Return a string, or ``None`` where it is absent or null."""
        value = self.values.get(name)
        if value is None or is_text(value):
            return value
        raise self.refuse(name)

    def number(self, name: str) -> float | None:
        """Return a finite number, or ``None`` where it is absent, null or NaN (whisperX writes NaN)."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(name)
        try:
            number = float(value)
        except OverflowError:
            raise self.refuse(name) from None
        if math.isinf(number):
            raise self.refuse(name)
        return None if math.isnan(number) else number

    def share(self, name: str) -> float | None:
        """Return a number from 0 to 1, or ``None`` where there is none."""
        value = self.number(name)
        if value is not None and not 0.0 <= value <= 1.0:
            raise self.refuse(name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings, empty where it is absent or null."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(is_text(item) for item in value):
            raise self.refuse(name)
        return tuple(value)

    def object(self, name: str) -> "Fields | None":
        """Return an object, or ``None`` where it is absent or null."""
        value = self.values.get(name)
        return None if value is None else as_fields(value, _join(self.where, name), self.error)

    def objects(self, name: str) -> "Iterator[Fields]":
        """Yield the objects of a list, none where it is absent or null."""
        value = self.values.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.refuse(name)
        for index, item in enumerate(value):
            yield as_fields(item, f"{_join(self.where, name)}[{index}]", self.error)


def as_fields(value: object, where: str, error: type[DocumentError]) -> Fields:
    """Return the value as an object's fields, or raise ``error``."""
    if not isinstance(value, dict):
        raise error(where=where or "document")
    return Fields(value, where, error)


def parse_json(body: bytes | str, error: type[DocumentError]) -> object:
    """Return what the JSON says, or raise ``error`` with the line; a byte order mark is allowed."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body.removeprefix("\ufeff")
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise error(where=f"line {fault.lineno}") from None
    except UnicodeDecodeError:
        raise error(where="encoding") from None
    except (RecursionError, ValueError):
        raise error(where="document") from None


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
