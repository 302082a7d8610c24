"""The extractive drafter: selects and arranges what was said, and invents nothing."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.drafting.arranging import Line, sections_of
from pipeline.adapters.drafting.extractive.dictation import dictated, is_dictation
from pipeline.adapters.drafting.extractive.entries import Entry
from pipeline.adapters.drafting.extractive.phrasing import reply_of, sentence_of
from pipeline.adapters.drafting.extractive.salience import chosen
from pipeline.adapters.drafting.extractive.sorting import entries_of, unanswered_of
from pipeline.adapters.drafting.extractive.speech import Turn, statements_of, turns_of
from pipeline.adapters.drafting.extractive.stating import lines_beside
from pipeline.adapters.drafting.extractive.voices import Voices
from pipeline.domain.layout import Layouts, NoteLayout, Topic
from pipeline.domain.note import Note, NoteFormat, SentenceKind
from pipeline.domain.transcript import Engine, Transcript
from pipeline.errors import TranscriptEmptyError
from pipeline.ports import SessionFacts

ENGINE = Engine("extractive", "1")


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
        lines = (*spoken, *lines_beside(transcript, facts))
        return Note(note_format, tuple(sections_of(layout, lines)), ENGINE)


def _session(turns: Sequence[Turn]) -> Iterator[Line]:
    statements = tuple(statements_of(turns))
    entries = list(entries_of(statements, turns)) or [Entry(Topic.CONCERN, said) for said in statements]
    entries += unanswered_of(turns, entries)
    entries.sort(key=lambda entry: entry.statement.turn)
    known_lower = frozenset(
        word.strip(",.?!") for turn in turns for unit in turn.units for word in unit.text.split()[1:] if word.islower()
    )
    for entry in chosen(entries, statements):
        kind = SentenceKind.PLAN if entry.topic in {Topic.PLAN, Topic.APPOINTMENT} else SentenceKind.REPORTED
        yield Line(entry.topic, sentence_of(entry, known_lower), kind, entry.statement.segment_ids)
        replied = reply_of(entry)
        if entry.reply and replied:
            yield Line(entry.topic, replied, SentenceKind.REPORTED, entry.reply.segment_ids)


def _dictation(turns: Sequence[Turn], layout: NoteLayout) -> Iterator[Line]:
    kinds = {
        Topic.PLAN: SentenceKind.PLAN,
        Topic.APPOINTMENT: SentenceKind.PLAN,
        Topic.FORMULATION: SentenceKind.ASSESSMENT,
    }
    for item in dictated(turns, layout):
        kind = kinds.get(item.topic, SentenceKind.REPORTED)
        yield Line(item.topic, item.text, kind, (item.unit.segment.segment_id,), item.section)
