"""Sentences laid out under the headings of a note."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.domain.layout import NoteLayout, SectionLayout, Topic
from pipeline.domain.note import NoteSection, NoteSentence, SentenceKind

_EMPTY = "Nothing that was said was placed in this section; the clinician completes it."


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and where it belongs: under its topic, or in the section that somebody named."""

    topic: Topic
    text: str = field(repr=False)
    kind: SentenceKind
    segment_ids: tuple[str, ...] = ()
    section: str | None = None


def sections_of(layout: NoteLayout, lines: Iterable[Line]) -> Iterator[NoteSection]:
    """Yield every section of the layout with its sentences; an empty one says so."""
    number = 0
    given = tuple(lines)
    for section in layout.sections:
        placed = _placed(section, given) or [Line(Topic.SESSION, _EMPTY, SentenceKind.NOT_ASSESSED)]
        sentences = []
        for line in placed:
            number += 1
            sentences.append(NoteSentence(f"n{number:03d}", line.text, line.kind, line.segment_ids))
        yield NoteSection(section.key, section.title, tuple(sentences))


def _placed(section: SectionLayout, lines: Sequence[Line]) -> list[Line]:
    """Return facts first, then what was placed by name, then the rest topic by topic."""
    named = [line for line in lines if line.section == section.key]
    by_topic = [line for topic in section.topics for line in lines if line.topic is topic and line.section is None]
    facts = [line for line in by_topic if line.topic is Topic.SESSION]
    return facts + named + [line for line in by_topic if line.topic is not Topic.SESSION]
