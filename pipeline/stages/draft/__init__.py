"""The draft stage: a note whose every sentence names the segments it rests on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.domain.documents.note import note_bytes
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.note import Note, NoteFormat, NoteSentence, SentenceKind
from pipeline.domain.transcript import Transcript
from pipeline.errors import TranscriptEmptyError
from pipeline.ports import Drafter, SessionFacts, StageFacts, StageResult

#: What rests on rows, or on nothing having been said, and so cites no segment.
_NEEDS_NO_SEGMENT = frozenset({SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED, SentenceKind.ASSESSMENT})


def draft(transcript: BinaryIO, *, note_format: NoteFormat, facts: SessionFacts, drafter: Drafter) -> StageResult:
    """Return a draft note; raise ``TranscriptEmptyError`` where nothing was said.

    A citation of a segment that does not exist is dropped. A sentence left without any is kept, so that
    verification shows it for what it is.
    """
    heard = transcript_from_bytes(transcript.read())
    if not heard.words:
        raise TranscriptEmptyError
    note = _with_real_citations(drafter.draft(heard, note_format, facts), heard)
    return StageResult(
        outputs=(StageOutput(ArtifactKind.DRAFT, note_bytes(note)),),
        facts=StageFacts(engines=(note.engine,), counts=tuple(_counts(note))),
    )


def _with_real_citations(note: Note, transcript: Transcript) -> Note:
    known = {segment.segment_id for segment in transcript.segments}
    sections = tuple(
        replace(section, sentences=tuple(_cited(sentence, known) for sentence in section.sentences))
        for section in note.sections
    )
    return replace(note, sections=sections)


def _cited(sentence: NoteSentence, known: set[str]) -> NoteSentence:
    return replace(sentence, segment_ids=tuple(name for name in dict.fromkeys(sentence.segment_ids) if name in known))


def _counts(note: Note) -> Iterator[tuple[str, int]]:
    sentences = tuple(note.sentences())
    yield "sentences", len(sentences)
    yield "uncited", sum(not s.segment_ids for s in sentences if s.kind not in _NEEDS_NO_SEGMENT)
    for section in note.sections:
        yield f"section_{section.key}", len(section.sentences)
