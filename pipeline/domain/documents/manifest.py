"""A manifest: the recordings of a batch, one a line, as CSV or JSON Lines; validated whole before anything starts."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from pipeline.domain.documents.consent import parse_reference
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionId, parse_session_id
from pipeline.errors import PipelineError

COLUMNS = ("audio", "consent", "session_id", "format", "num_speakers", "priority", "vocabulary", "clinician")
NEEDED = ("audio", "consent")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One recording to hand in; paths are as written, relative to the manifest."""

    line: int
    audio: PurePath = field(repr=False)
    consent: PurePath = field(repr=False)
    session_id: SessionId | None = None
    note_format: NoteFormat | None = None
    voices: int | None = None
    priority: int = 100
    #: A file of names that may come up.
    vocabulary: PurePath | None = field(default=None, repr=False)
    #: An opaque reference; the clinician of the consent form where it is not given.
    clinician: str | None = None


@dataclass(frozen=True, slots=True)
class ManifestProblem:
    """What is wrong on a line, in plain words that quote nothing of it."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every row that can be read, and everything that is wrong."""

    rows: tuple[ManifestRow, ...]
    problems: tuple[ManifestProblem, ...]


def read_manifest(text: str, *, json_lines: bool) -> Manifest:
    """Return the rows and all problems at once, in order of their lines."""
    rows: list[ManifestRow] = []
    problems: list[ManifestProblem] = []
    for line, record in _json_records(text) if json_lines else _csv_records(text):
        found = [record] if isinstance(record, str) else list(_problems(record))
        problems.extend(ManifestProblem(line, problem) for problem in found)
        if not found and not isinstance(record, str):
            rows.append(_row(line, record))
    problems.extend(_doubled(rows))
    if not rows and not problems:
        problems.append(ManifestProblem(1, "the manifest has no rows"))
    return Manifest(tuple(rows), tuple(sorted(problems, key=lambda p: p.line)))


def _csv_records(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    # Some spreadsheets end lines with a carriage return alone.
    reader = csv.DictReader(io.StringIO(text, newline=None), restkey="", strict=True)
    try:
        yield from _records(reader)
    except csv.Error:
        yield reader.line_num + 1, "not CSV (a quotation mark is not closed?)"


def _records(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    header = tuple(reader.fieldnames or ())
    missing = [name for name in NEEDED if name not in header]
    unknown = len(set(header) - set(COLUMNS))
    if len(set(header)) < len(header):
        yield 1, "the header names a column twice"
    if missing:
        yield 1, f"the header lacks {', '.join(missing)}; commas stand between its columns"
        return
    if unknown:
        yield 1, f"the header has {unknown} unknown column(s); known are {', '.join(COLUMNS)}"
    for record in reader:
        too_long = record.pop("", None)
        yield reader.line_num, "more fields than the header has" if too_long else _filled(record)


def _json_records(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for line, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        try:
            record = json.loads(row)
        except json.JSONDecodeError:
            yield line, "not JSON"
            continue
        if not isinstance(record, dict):
            yield line, "not a JSON object"
        elif set(record) - set(COLUMNS):
            yield line, f"unknown field(s); known are {', '.join(COLUMNS)}"
        else:
            yield line, _filled(record)


def _filled(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: str(value).strip() for name, value in record.items() if value is not None and str(value).strip()}


def _problems(record: Mapping[str, Any]) -> Iterator[str]:
    for name in NEEDED:
        if name not in record:
            yield f"{name} is empty"
    for name, (is_good, advice) in _CHECKS.items():
        if name in record and not is_good(record[name]):
            yield f"{name}: {advice}"


def _is_session_id(value: str) -> bool:
    try:
        parse_session_id(value)
    except PipelineError:
        return False
    return True


def _is_reference(value: str) -> bool:
    try:
        parse_reference(value)
    except PipelineError:
        return False
    return True


def _is_number(value: str, most: int) -> bool:
    return value.isdecimal() and 1 <= int(value) <= most


_MOST_VOICES = 20
_LOWEST_PRIORITY = 1000
_CHECKS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "session_id": (_is_session_id, "8 to 64 letters, digits, '-' or '_', and never a name"),
    "format": (lambda v: v.upper() in NoteFormat.__members__, f"one of {', '.join(NoteFormat)}"),
    "num_speakers": (lambda v: _is_number(v, _MOST_VOICES), f"a whole number from 1 to {_MOST_VOICES}"),
    "priority": (lambda v: _is_number(v, _LOWEST_PRIORITY), f"a whole number from 1 to {_LOWEST_PRIORITY}"),
    "clinician": (_is_reference, "an opaque reference of letters, digits, '-', '_' and '.', and never a name"),
}


def _row(line: int, record: Mapping[str, Any]) -> ManifestRow:
    return ManifestRow(
        line,
        PurePath(record["audio"]),
        PurePath(record["consent"]),
        SessionId(record["session_id"]) if "session_id" in record else None,
        NoteFormat(record["format"].upper()) if "format" in record else None,
        int(record["num_speakers"]) if "num_speakers" in record else None,
        int(record.get("priority", "100")),
        PurePath(record["vocabulary"]) if "vocabulary" in record else None,
        record.get("clinician"),
    )


def _doubled(rows: list[ManifestRow]) -> Iterator[ManifestProblem]:
    named = Counter(row.session_id for row in rows if row.session_id is not None)
    recordings = Counter(row.audio for row in rows if row.session_id is None)
    for row in rows:
        if row.session_id is not None and named[row.session_id] > 1:
            yield ManifestProblem(row.line, "session_id stands on more than one line")
        if row.session_id is None and recordings[row.audio] > 1:
            yield ManifestProblem(row.line, "audio stands on more than one line, and no session_id tells them apart")
