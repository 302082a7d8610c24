"""Note JSON: format, sections and cited sentences; docs/formats.md describes it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import count
from typing import Any, TypeVar

from pipeline.domain.documents.fields import Fields, as_fields, is_text, parse_json
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence, NoteStatus, SentenceKind
from pipeline.domain.sentences import split_sentences
from pipeline.domain.transcript import Engine
from pipeline.errors import NoteInvalidError

_Choice = TypeVar("_Choice", bound=StrEnum)


def note_bytes(note: Note) -> bytes:
    """Return the note as UTF-8 JSON; the same note gives the same bytes."""
    return json.dumps(note_to_json(note), ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"


def note_from_bytes(body: bytes) -> Note:
    """Return the note that the JSON describes; raise ``NoteInvalidError``."""
    return note_from_json(parse_json(body, NoteInvalidError))


def note_to_json(note: Note) -> dict[str, Any]:
    """Return the note as JSON's own types."""
    return {
        "note_format": note.note_format.value,
        "status": note.status.value,
        "engine": {
            "name": note.engine.name,
            "version": note.engine.version,
            "model": note.engine.model,
            "options": dict(note.engine.options),
        },
        "sections": [_section_to_json(section) for section in note.sections],
    }


def note_from_json(obj: object) -> Note:
    """Return the note that JSON's own types describe, ours or a simple foreign one.

    Foreign: ``sections`` maps titles to text, or a section's sentences are plain strings; running text is
    cut into sentences. What has no id gets one. Raises ``NoteInvalidError``, which names the place.
    """
    document = as_fields({"sections": obj} if isinstance(obj, list) else obj, "", NoteInvalidError)
    return Note(
        note_format=_choice(document, "note_format", NoteFormat, NoteFormat.PROGRESS),
        sections=_with_ids(_sections(document)),
        engine=_engine(document),
        status=_choice(document, "status", NoteStatus, NoteStatus.DRAFT),
    )


def _section_to_json(section: NoteSection) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "sentences": [
            {
                "sentence_id": sentence.sentence_id,
                "text": sentence.text,
                "kind": sentence.kind.value,
                "segment_ids": list(sentence.segment_ids),
            }
            for sentence in section.sentences
        ],
    }


def _sections(document: Fields) -> Iterator[NoteSection]:
    sections = document.values.get("sections")
    if sections is None:
        raise document.refuse("sections")
    if isinstance(sections, Mapping):
        named = as_fields(sections, "sections", NoteInvalidError)
        for number, (title, value) in enumerate(sections.items()):
            # A title is somebody's text: an error counts the section instead of naming it.
            where = f"sections[{number}]"
            if not is_text(title):
                raise document.refuse(where)
            yield _foreign_section(title, Fields({"text": value}, where, named.error))
        return
    for fields in document.objects("sections"):
        yield _section(fields)


def _foreign_section(title: str, fields: Fields) -> NoteSection:
    value = fields.values["text"]
    if isinstance(value, list):
        return NoteSection(_key(title), title, tuple(_sentences(fields, "text")))
    return NoteSection(_key(title), title, _plain(fields.text("text") or ""))


def _section(fields: Fields) -> NoteSection:
    title = fields.text("title")
    if title is None:
        title = fields.text("name") or fields.text("key") or ""
    key = fields.text("key")
    running = fields.text("text")
    sentences = _plain(running) if running is not None else tuple(_sentences(fields, "sentences"))
    return NoteSection(_key(title) if key is None else key, title, sentences)


def _sentences(fields: Fields, name: str) -> Iterator[NoteSentence]:
    items = fields.values.get(name)
    if not isinstance(items, list | None):
        raise fields.refuse(name)
    for number, item in enumerate(items or ()):
        where = f"{fields.where}.{name}[{number}]"
        if is_text(item):
            yield from _plain(item)
        else:
            yield _sentence(as_fields(item, where, NoteInvalidError))


def _sentence(fields: Fields) -> NoteSentence:
    text = fields.text("text")
    if text is None:
        raise fields.refuse("text")
    return NoteSentence(
        sentence_id=fields.text("sentence_id") or fields.text("id") or "",
        text=text,
        kind=_choice(fields, "kind", SentenceKind, SentenceKind.REPORTED),
        segment_ids=fields.texts("segment_ids"),
    )


def _plain(text: str) -> tuple[NoteSentence, ...]:
    return tuple(NoteSentence("", sentence) for sentence in split_sentences(text))


def _with_ids(sections: Iterable[NoteSection]) -> tuple[NoteSection, ...]:
    given = tuple(sections)
    taken = [s.sentence_id for section in given for s in section.sentences if s.sentence_id]
    if len(set(taken)) != len(taken):
        raise NoteInvalidError(where="sections[].sentences[].sentence_id")
    names = (f"n{number:03d}" for number in count(1))
    free = (name for name in names if name not in set(taken))
    return tuple(
        replace(
            section,
            sentences=tuple(s if s.sentence_id else replace(s, sentence_id=next(free)) for s in section.sentences),
        )
        for section in given
    )


def _choice(fields: Fields, name: str, kind: type[_Choice], default: _Choice) -> _Choice:
    value = fields.text(name)
    if value is None:
        return default
    try:
        return kind(value)
    except ValueError:
        raise fields.refuse(name) from None


def _key(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def _engine(document: Fields) -> Engine:
    fields = document.object("engine")
    if fields is None:
        return Engine("unknown", "")
    options = fields.object("options")
    return Engine(
        name=fields.text("name") or "unknown",
        version=fields.text("version") or "",
        model=fields.text("model") or "",
        options=() if options is None else tuple((name, options.text(name) or "") for name in options.values),
    )
