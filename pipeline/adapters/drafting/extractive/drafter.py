"""The extractive drafter: selects and arranges what was said, and invents nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.adapters.drafting.extractive.dictation import dictated, is_dictation
from pipeline.adapters.drafting.extractive.entries import Entry
from pipeline.adapters.drafting.extractive.phrasing import reply_of, sentence_of
from pipeline.adapters.drafting.extractive.salience import chosen
from pipeline.adapters.drafting.extractive.sorting import entries_of, unanswered_of
from pipeline.adapters.drafting.extractive.speech import Turn, statements_of, turns_of
from pipeline.adapters.drafting.extractive.stating import EMPTY, JUDGEMENT, fact_sentences, silences
from pipeline.adapters.drafting.extractive.voices import Voices
from pipeline.domain.layout import Layouts, NoteLayout, SectionLayout, Topic
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence, SentenceKind
from pipeline.domain.transcript import Engine, Transcript
from pipeline.errors import TranscriptEmptyError
from pipeline.ports import SessionFacts

ENGINE = Engine("extractive", "1")


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence and where it belongs."""

    topic: Topic
    text: str
    kind: SentenceKind
    segment_ids: tuple[str, ...] = ()
    #: The section that a dictating clinician named.
    section: str | None = None


class ExtractiveDrafter:
    """Writes a draft from the transcript's own words, with no model."""

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts

    def draft(self, transcript: Transcript, note_format: NoteFormat, facts: SessionFacts) -> Note:
        """Return the note; see ``Drafter``."""
        turns = turns_of(transcript, Voices(transcript))
        if not turns:
            raise TranscriptEmptyError
        layout = self._layouts[note_format]
        spoken = _dictation(turns, layout) if is_dictation(turns) else _session(turns)
        lines = (
            *_facts(facts),
            *spoken,
            *_silences(transcript),
            _Line(Topic.JUDGEMENT, JUDGEMENT, SentenceKind.ASSESSMENT),
        )
        return Note(note_format, tuple(_sections(layout, lines)), ENGINE)


def _session(turns: Sequence[Turn]) -> Iterator[_Line]:
    statements = tuple(statements_of(turns))
    entries = list(entries_of(statements, turns)) or [Entry(Topic.CONCERN, said) for said in statements]
    entries += unanswered_of(turns, entries)
    entries.sort(key=lambda entry: entry.statement.turn)
    known_lower = frozenset(
        word.strip(",.?!") for turn in turns for unit in turn.units for word in unit.text.split()[1:] if word.islower()
    )
    for entry in chosen(entries, statements):
        kind = SentenceKind.PLAN if entry.topic in {Topic.PLAN, Topic.APPOINTMENT} else SentenceKind.REPORTED
        yield _Line(entry.topic, sentence_of(entry, known_lower), kind, entry.statement.segment_ids)
        replied = reply_of(entry)
        if entry.reply and replied:
            yield _Line(entry.topic, replied, SentenceKind.REPORTED, entry.reply.segment_ids)


def _dictation(turns: Sequence[Turn], layout: NoteLayout) -> Iterator[_Line]:
    kinds = {
        Topic.PLAN: SentenceKind.PLAN,
        Topic.APPOINTMENT: SentenceKind.PLAN,
        Topic.FORMULATION: SentenceKind.ASSESSMENT,
    }
    for item in dictated(turns, layout):
        kind = kinds.get(item.topic, SentenceKind.REPORTED)
        yield _Line(item.topic, item.text, kind, (item.unit.segment.segment_id,), item.section)


def _facts(facts: SessionFacts) -> Iterator[_Line]:
    return (_Line(Topic.SESSION, text, SentenceKind.SESSION_FACT) for text in fact_sentences(facts))


def _silences(transcript: Transcript) -> Iterator[_Line]:
    texts = [segment.text for segment in transcript.segments]
    return (_Line(Topic.RISK, text, SentenceKind.NOT_ASSESSED) for text in silences(texts))


def _sections(layout: NoteLayout, lines: Iterable[_Line]) -> Iterator[NoteSection]:
    number = 0
    all_lines = tuple(lines)
    for section in layout.sections:
        placed = _placed(section, all_lines) or [_Line(Topic.SESSION, EMPTY, SentenceKind.NOT_ASSESSED)]
        sentences = []
        for line in placed:
            number += 1
            sentences.append(NoteSentence(f"n{number:03d}", line.text, line.kind, line.segment_ids))
        yield NoteSection(section.key, section.title, tuple(sentences))


def _placed(section: SectionLayout, lines: Sequence[_Line]) -> list[_Line]:
    """Return a section's lines: what the clinician placed by a heading as it was said, the rest topic by topic."""
    placed = [line for line in lines if line.section == section.key]
    return placed + [line for topic in section.topics for line in lines if line.topic is topic and line.section is None]
