"""The layouts of the note formats, read from their defaults or from an agency's own file."""

import tomllib
from pathlib import Path
from typing import Any

from pipeline.domain.layout import Layouts, NoteLayout, SectionLayout, Topic
from pipeline.domain.note import NoteFormat
from pipeline.errors import SettingsInvalidError

DEFAULTS = Path(__file__).parent / "defaults" / "note_formats.toml"


def load_layouts(path: Path = DEFAULTS) -> Layouts:
    """Return the layout of every note format; raise ``SettingsInvalidError`` where one is missing or wrong."""
    tables = _read(path)
    return {note_format: _layout(note_format, tables) for note_format in NoteFormat}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsInvalidError(setting="note_formats") from None


def _layout(note_format: NoteFormat, tables: dict[str, Any]) -> NoteLayout:
    try:
        table = tables[note_format]
        layout = NoteLayout(note_format, table["title"], tuple(_section(section) for section in table["sections"]))
    except (KeyError, TypeError, ValueError):
        raise SettingsInvalidError(setting=f"note_formats.{note_format}") from None
    topics = [topic for section in layout.sections for topic in section.topics]
    if len(topics) != len(set(topics)) or set(Topic) - set(topics) - {Topic.JUDGEMENT}:
        raise SettingsInvalidError(setting=f"note_formats.{note_format}.topics")
    return layout


def _section(table: dict[str, Any]) -> SectionLayout:
    return SectionLayout(
        key=table["key"],
        title=table["title"],
        topics=tuple(Topic(topic) for topic in table["topics"]),
        guidance=table["guidance"],
    )
