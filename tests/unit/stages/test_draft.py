"""The draft stage."""

import io
from dataclasses import dataclass

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.note import note_from_bytes
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence, SentenceKind
from pipeline.domain.transcript import Engine, Segment, Transcript
from pipeline.errors import TranscriptEmptyError
from pipeline.ports import SessionFacts
from pipeline.stages.draft import draft

ENGINE = Engine("scripted", "1")


@dataclass(frozen=True, slots=True)
class ScriptedDrafter:
    """A drafter that writes the sentences it was given."""

    sentences: tuple[NoteSentence, ...]

    def draft(self, _transcript: Transcript, note_format: NoteFormat, _facts: SessionFacts) -> Note:
        """Return a note of one section."""
        return Note(note_format, (NoteSection("data", "Data", self.sentences),), ENGINE)


def a_transcript(*texts: str) -> io.BytesIO:
    """Return a transcript document with a segment for each text."""
    segments = tuple(Segment(f"s{n:04d}", n, n + 1, text) for n, text in enumerate(texts, 1))
    return io.BytesIO(transcript_bytes(Transcript(segments, "en", ENGINE)))


def test_draft_is_stored_as_a_note() -> None:
    """The stage's one output is the note, in the form of docs/formats.md."""
    drafter = ScriptedDrafter((NoteSentence("n001", "Client slept.", segment_ids=("s0001",)),))

    result = draft(a_transcript("I slept."), note_format=NoteFormat.DAP, facts=SessionFacts(), drafter=drafter)

    assert [output.kind for output in result.outputs] == [ArtifactKind.DRAFT]
    assert list(note_from_bytes(result.outputs[0].body).sentences()) == list(drafter.sentences)


def test_citations_of_segments_that_do_not_exist_are_dropped() -> None:
    """An invented citation goes, a repeated one stays once, and the sentence itself is kept."""
    drafter = ScriptedDrafter(
        (
            NoteSentence("n001", "Client slept.", segment_ids=("s0009", "s0001", "s0001")),
            NoteSentence("n002", "Client ate.", segment_ids=("s0009",)),
        )
    )

    result = draft(a_transcript("I slept."), note_format=NoteFormat.DAP, facts=SessionFacts(), drafter=drafter)

    note = note_from_bytes(result.outputs[0].body)
    assert [sentence.segment_ids for sentence in note.sentences()] == [("s0001",), ()]


def test_stage_reports_counts_and_its_engine() -> None:
    """Counts tell how many sentences there are, where, and how many cite nothing though they should."""
    drafter = ScriptedDrafter(
        (NoteSentence("n001", "Client ate."), NoteSentence("n002", "Not assessed.", SentenceKind.NOT_ASSESSED))
    )

    result = draft(a_transcript("I ate."), note_format=NoteFormat.DAP, facts=SessionFacts(), drafter=drafter)

    assert result.facts.engines == (ENGINE,)
    assert dict(result.facts.counts) == {"sentences": 2, "uncited": 1, "section_data": 2}


def test_nothing_said_makes_no_note() -> None:
    """A transcript without words is refused before any drafter sees it."""
    with pytest.raises(TranscriptEmptyError):
        draft(a_transcript(" "), note_format=NoteFormat.DAP, facts=SessionFacts(), drafter=ScriptedDrafter(()))
